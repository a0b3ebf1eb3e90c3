package io.github.qmpjunit.qmp;

import io.github.qmpjunit.json.JsonValues;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * The first message of a QMP server.
 *
 * @param version the server's version
 * @param capabilities the capabilities that it offers, such as {@code oob}
 * @param message the whole greeting, {@code {"QMP": {...}}}; do not change it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record QmpGreeting(QmpVersion version, Set<String> capabilities, JsonNode message) {

    static QmpGreeting of(JsonNode message) {
        JsonNode body = message.path("QMP");
        if (!body.path("version").isObject() || !body.path("capabilities").isArray()) {
            throw new QmpUnexpectedMessageException(
                    "Expected a greeting with version and capabilities, but received %s"
                            .formatted(JsonValues.excerpt(message)),
                    null);
        }
        Set<String> capabilities = new LinkedHashSet<>();
        body.path("capabilities").forEach(capability -> capabilities.add(capability.asString("?")));
        return new QmpGreeting(QmpVersion.of(body.path("version")), Set.copyOf(capabilities), message);
    }
}
