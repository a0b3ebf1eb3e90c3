package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.CallSite;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.secrets.Secrets;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Records each message of a client, in both directions: in its transcript, if it has one, and at level {@code DEBUG} of the logger
 * that has the client's name, with secrets masked. Thread-safe.
 */
final class MessageLog {

    private final String clientName;
    private final @Nullable QmpTranscript transcript;
    private final Secrets secrets;
    private final Logger logger;

    MessageLog(String clientName, @Nullable QmpTranscript transcript, Secrets secrets) {
        this.clientName = clientName;
        this.transcript = transcript;
        this.secrets = secrets;
        this.logger = System.getLogger(QmpClient.class.getName() + "." + clientName);
    }

    void opened(OptionalLong pid) {
        if (transcript != null) {
            transcript.opened(clientName, pid);
        }
    }

    /** Return where the current thread's call comes from, if that is taken down. */
    CallSite caller() {
        return transcript != null && transcript.isInMemory() ? CallSite.here() : CallSite.UNKNOWN;
    }

    void sent(JsonNode message, int fds, CallSite caller) {
        if (transcript != null) {
            transcript.sent(message, fds, caller);
        }
        log("sent", message);
    }

    void received(JsonNode message) {
        if (transcript != null) {
            transcript.received(message);
        }
        log("received", message);
    }

    void receivedLate(JsonNode message) {
        if (transcript != null) {
            transcript.receivedLate(message);
        }
        log("received late", message);
    }

    void receivedUnknown(JsonNode message) {
        if (transcript != null) {
            transcript.receivedUnknown(message);
        }
        log("received unasked", message);
    }

    void ended(boolean byClient, String reason) {
        if (transcript != null) {
            transcript.ended(byClient, reason);
        }
    }

    private void log(String what, JsonNode message) {
        if (logger.isLoggable(Level.DEBUG)) {
            logger.log(Level.DEBUG, TerminalText.message("%s %s: %s".formatted(clientName, what, text(message))));
        }
    }

    private String text(JsonNode message) {
        try {
            return Json.MAPPER.writeValueAsString(secrets.mask(message));
        } catch (JacksonException e) {
            return "a message that cannot be written: " + e.getOriginalMessage();
        }
    }
}
