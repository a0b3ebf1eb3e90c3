package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a machine says when it is asked after the failure. A machine that does not answer once is not asked again, so that a report
 * on a stuck one takes a second and not five.
 */
final class LiveState {

    static final String NOT_TAKEN = "not-taken";

    private final Duration patience;
    private final ObjectNode replies = JsonNodeFactory.instance.objectNode();
    private byte @Nullable [] screen;
    private @Nullable String whyNoScreen;
    private boolean running;

    private LiveState(Duration patience) {
        this.patience = patience;
    }

    /**
     * Ask a machine.
     *
     * @param patience how long each of its answers may take
     */
    static LiveState of(ReportedMachine machine, MachineRecord record, Duration patience) {
        LiveState taken = new LiveState(patience);
        taken.replies.put("process", record.state());
        Optional<ReportedMachine.Live> live = machine.live();
        if (live.isEmpty() || !machine.isRunning()) {
            taken.replies.put(NOT_TAKEN, "there is no process to ask");
        } else {
            taken.running = true;
            taken.ask(live.get());
        }
        return taken;
    }

    /** Return the state of a machine that could not be asked. */
    static LiveState notTaken(MachineRecord record) {
        LiveState nothing = new LiveState(Duration.ZERO);
        nothing.replies.put("process", record.state());
        nothing.replies.put(NOT_TAKEN, "asking it failed");
        return nothing;
    }

    private void ask(ReportedMachine.Live live) {
        for (String query : live.queries()) {
            try {
                replies.set(query, live.qmp().execute(commandFor(query)));
            } catch (QmpErrorException e) {
                replies.putObject(query).put(NOT_TAKEN, e.errorClass() + ": " + e.description());
            } catch (QmpException | IllegalArgumentException e) {
                replies.putObject(query).put(NOT_TAKEN, firstLine(e));
                notTaken("it was not asked any further, since it did not answer %s within %s"
                        .formatted(query, Deadline.formatTimeout(patience)));
                return;
            }
        }
        live.screen().ifPresent(display -> {
            try {
                screen = display.get().withTimeout(patience).png();
            } catch (RuntimeException | OutOfMemoryError e) {
                whyNoScreen = isBlind(e) ? null : firstLine(e);
            }
        });
    }

    /** A machine without a display lacks nothing. */
    private static boolean isBlind(Throwable failure) {
        return failure.getCause() instanceof QmpErrorException error
                && error.description().contains("no console");
    }

    private QmpCommand commandFor(String query) {
        QmpCommand command = query.equals("query-named-block-nodes")
                ? QmpCommand.of(query, Map.of("flat", true))
                : QmpCommand.of(query);
        return command.withTimeout(patience);
    }

    private void notTaken(String why) {
        replies.put(NOT_TAKEN, why);
        whyNoScreen = why;
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    /** Return the replies by command, or a sentence under {@link #NOT_TAKEN} where there is none. */
    JsonNode replies() {
        return replies;
    }

    Optional<byte[]> screen() {
        return Optional.ofNullable(screen);
    }

    /** Return why there is no picture of a screen that may well be there. */
    Optional<String> whyNoScreen() {
        return Optional.ofNullable(whyNoScreen);
    }

    /** Return whether the process ran when it was to be asked. */
    boolean running() {
        return running;
    }

    /** Return the guest's state in a word, such as {@code running} or {@code io-error}; empty where it was not told. */
    String runState() {
        return replies.path("query-status").path("status").asString("");
    }
}
