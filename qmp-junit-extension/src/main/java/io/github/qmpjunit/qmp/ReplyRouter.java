package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.secrets.Secrets;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Brings each reply of a connection to the one who waits for it, by id; and knows the replies that nobody waits for any more. */
final class ReplyRouter {

    /** Stands for the id of the one message that was sent without any. An id's JSON text is never empty. */
    private static final String NO_ID = "";

    private final String clientName;
    private final @Nullable QmpTranscript transcript;
    private final Secrets secrets;
    private final Map<String, PendingReply> pending = new ConcurrentHashMap<>();
    private final Set<String> abandoned = ConcurrentHashMap.newKeySet();

    ReplyRouter(String clientName, @Nullable QmpTranscript transcript, Secrets secrets) {
        this.clientName = clientName;
        this.transcript = transcript;
        this.secrets = secrets;
    }

    /** Return under which key the reply to a message with this id is found; ids are equal if their JSON is. */
    static String keyOf(@Nullable JsonNode id) {
        if (id == null) {
            return NO_ID;
        }
        return id.isIntegralNumber() ? id.asString() : id.toString(); // for which Jackson sets up a mapper of its own
    }

    /** Expect a reply. */
    void expect(String key, PendingReply slot, Object what) {
        if (pending.putIfAbsent(key, slot) != null) {
            throw new IllegalArgumentException("Cannot execute %s: another message %s is under way"
                    .formatted(what, key.equals(NO_ID) ? "without id" : "with id " + key));
        }
    }

    /** Expect it no longer, if it has not come. A reply to what was sent may still come: it is let pass then. */
    void forget(String key, PendingReply slot, boolean sent) {
        if (sent) {
            abandoned.add(key); // before it leaves the other map, so that its reply is known at every moment
        }
        if (!pending.remove(key, slot)) {
            abandoned.remove(key);
        }
    }

    /** Bring a reply to its slot; on the reader's thread. */
    void route(JsonNode message) {
        String key = keyOf(message.get("id"));
        PendingReply slot = pending.remove(key);
        if (slot != null) {
            takeDown(log -> log.received(message));
            slot.complete(message);
        } else if (abandoned.remove(key)) {
            takeDown(log -> log.receivedLate(message));
        } else if (key.equals(NO_ID)) {
            takeDown(log -> log.received(message));
            throw new QmpProtocolException(
                    "The peer sent a reply without id, so it could not parse what it was sent: "
                            + JsonValues.excerpt(secrets.mask(message)),
                    null);
        } else {
            takeDown(log -> log.receivedUnknown(message));
            System.getLogger(ReplyRouter.class.getName())
                    .log(
                            Level.WARNING,
                            TerminalText.message("QMP client \"%s\" received a reply to a command it has not sent: %s"
                                    .formatted(clientName, JsonValues.excerpt(secrets.mask(message)))));
        }
    }

    private void takeDown(Consumer<QmpTranscript> line) {
        if (transcript != null) {
            line.accept(transcript);
        }
    }

    /** Tell all who wait that nothing will come. */
    void fail(QmpException reason) {
        pending.values().forEach(slot -> slot.fail(reason));
    }
}
