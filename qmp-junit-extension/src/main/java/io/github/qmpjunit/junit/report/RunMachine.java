package io.github.qmpjunit.junit.report;

import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A machine, or a storage daemon, in the page over the run.
 *
 * @param name its name
 * @param shared whether several tests use it, one after the other
 * @param began when it began to start, in microseconds of the wall clock
 * @param ended when it had stopped, likewise; 0 where that is not known
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public record RunMachine(String name, boolean shared, long began, long ended) {

    ObjectNode json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("machine", name)
                .put("shared", shared)
                .put("began", began)
                .put("ended", ended);
    }

    static RunMachine of(JsonNode line) {
        return new RunMachine(
                line.path("machine").asString(""),
                line.path("shared").asBoolean(false),
                line.path("began").asLong(0),
                line.path("ended").asLong(0));
    }
}
