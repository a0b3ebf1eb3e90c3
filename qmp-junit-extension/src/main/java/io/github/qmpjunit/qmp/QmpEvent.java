package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.json.DataPath;
import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.secrets.Secrets;
import java.time.Instant;
import java.util.Optional;
import org.apiguardian.api.API;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An event that a server has sent. Immutable, as long as you do not change the tree behind {@link #data()}.
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public final class QmpEvent {

    private final JsonNode message;
    private final long sequence;
    private final long nanoTime;
    private final long weight;

    QmpEvent(JsonNode message, long sequence, long nanoTime) {
        this.message = message;
        this.sequence = sequence;
        this.nanoTime = nanoTime;
        this.weight = JsonWeight.of(message);
    }

    /**
     * Return an event that no server has sent, for unit tests of code that takes events.
     *
     * @param type the type, such as {@link QmpEvents#STOP}
     * @param data the data: a Map, tree, record or bean that becomes a JSON object; {@code Map.of()} for no data
     * @return the event, with the time of this call and sequence number 0
     * @throws IllegalArgumentException if the data do not become a JSON object
     */
    public static QmpEvent of(EventType type, Object data) {
        return of(type.name(), data);
    }

    /**
     * Return an event that no server has sent, as {@link #of(EventType, Object)} does.
     *
     * @param name the event's name in QMP, such as {@code STOP}
     * @param data the data
     * @return the event
     * @throws IllegalArgumentException if the data do not become a JSON object
     */
    public static QmpEvent of(String name, Object data) {
        requireNonNull(name, "name must not be null");
        JsonNode tree = Json.toTree(requireNonNull(data, "data must not be null"), "the data of " + name);
        if (!tree.isObject()) {
            throw new IllegalArgumentException(
                    "The data of %s must become a JSON object, but %s became %s; pass a Map, a record or a bean"
                            .formatted(name, data.getClass().getName(), JsonValues.excerpt(tree)));
        }
        Instant now = Instant.now();
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("event", name);
        if (!tree.isEmpty()) {
            message.set("data", tree);
        }
        message.set(
                "timestamp",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("seconds", now.getEpochSecond())
                        .put("microseconds", now.getNano() / 1000));
        return new QmpEvent(message, 0, System.nanoTime());
    }

    /**
     * Parse an event from a JSON text, as QEMU's documents show them; for unit tests of code that handles events.
     *
     * @param json an object with {@code event}, and perhaps {@code data} and {@code timestamp}
     * @return the event, with the time of this call as {@link #nanoTime()}, and sequence number 0
     * @throws IllegalArgumentException if it is not such an object
     */
    public static QmpEvent parse(String json) {
        JsonNode tree;
        try {
            String text = json.strip();
            tree = Json.MAPPER.readTree(text.startsWith("<-") ? text.substring(2) : text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("Cannot parse the event, it is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!tree.path("event").isString()) {
            throw new IllegalArgumentException(
                    "An event is an object with \"event\", but found " + JsonValues.excerpt(tree));
        }
        return new QmpEvent(tree, 0, System.nanoTime());
    }

    /** {@return the name, such as {@code STOP}} */
    public String name() {
        return message.path("event").asString("");
    }

    /** {@return the data, an object; empty if the message has none} */
    public JsonNode data() {
        JsonNode data = message.path("data");
        return data.isMissingNode() ? JsonNodeFactory.instance.objectNode() : data;
    }

    /**
     * Return the value at a path of the data.
     *
     * @param path a name, or a path such as {@code a.b[0].c}, see {@link DataPath}
     * @return the value; a missing node ({@link JsonNode#isMissingNode()}) if there is no value
     */
    public JsonNode data(String path) {
        return DataPath.of(path).in(data());
    }

    /**
     * Return whether this is an event of a type.
     *
     * @param type the type, such as {@link QmpEvents#STOP}
     * @return whether the name is the type's
     */
    public boolean is(EventType type) {
        return name().equals(type.name());
    }

    /**
     * Return the data as its Java type.
     *
     * @param <T> the Java type of the data
     * @param type the type of this event
     * @return the data
     * @throws IllegalArgumentException if this is another event
     * @throws QmpProtocolException if the data does not have the form that the type describes; the message says where, and has the data
     */
    public <T> T as(TypedEventType<T> type) {
        if (!is(type)) {
            throw new IllegalArgumentException("Cannot read %s as %s; this is another event".formatted(this, type));
        }
        try {
            return type.read(data());
        } catch (IllegalArgumentException e) {
            Secrets known = new Secrets().learn(message);
            throw new QmpProtocolException(
                    "Cannot read the data of %s: %s%n%s"
                            .formatted(
                                    name(),
                                    known.mask(String.valueOf(e.getMessage())),
                                    JsonValues.excerpt(known.mask(data()))),
                    TerminalText.cause(e, known::mask));
        }
    }

    /**
     * {@return the server's timestamp of the event; empty if it has none (the QMP specification allows seconds
     * and microseconds to be -1)}
     */
    public Optional<Instant> timestamp() {
        JsonNode timestamp = message.path("timestamp");
        long seconds = timestamp.path("seconds").asLong(-1);
        long micros = timestamp.path("microseconds").asLong(-1);
        return seconds < 0 || micros < 0
                ? Optional.empty()
                : Optional.of(Instant.ofEpochSecond(seconds, micros * 1000));
    }

    /** {@return the position of this event among all events of its client, counted from 1 and across reconnects} */
    public long sequence() {
        return sequence;
    }

    /** {@return when the event was read from the connection, in terms of {@link System#nanoTime()}} */
    public long nanoTime() {
        return nanoTime;
    }

    /** {@return the whole message, including members that this class does not know; do not change it} */
    public JsonNode message() {
        return message;
    }

    /** Estimate how many bytes of heap this takes. */
    long weight() {
        return weight;
    }

    /** {@return name and data, such as {@code JOB_STATUS_CHANGE {id: "job0", status: "created"}}} */
    @Override
    public String toString() {
        JsonNode data = data();
        return TerminalText.message(data.isEmpty() ? name() : name() + " " + JsonValues.brief(data));
    }
}
