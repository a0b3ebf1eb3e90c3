package io.github.qmpjunit.assertj;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Asks QEMU again and again, for what it sends no event of.
 *
 * <p>Awaitility does the asking: at once, then at growing intervals. Its own habits are switched off where they would harm: another
 * test's dying thread is not our failure, and the asking stays on the test's thread.
 */
final class Polling {

    private static final Duration FIRST_INTERVAL = Duration.ofMillis(5);
    private static final Duration LONGEST_INTERVAL = Duration.ofMillis(100);

    private static final Duration ONE_ANSWER = Duration.ofSeconds(1);

    private final Deadline deadline;
    private final Supplier<String> what;
    private final Function<Duration, JsonNode> question;
    private final AtomicReference<@Nullable JsonNode> last = new AtomicReference<>();
    private @Nullable QmpDisconnectedException disconnected;

    /**
     * @param what names what is waited for, for progress and for what a timeout interrupts
     * @param question asks once, and waits for the answer no longer than it is told
     */
    Polling(Deadline deadline, Supplier<String> what, Function<Duration, JsonNode> question) {
        this.what = what;
        this.deadline = deadline;
        this.question = question;
    }

    /** Ask until the answer is right; return whether it came to be so in time. */
    boolean until(Predicate<JsonNode> isRight) {
        Waiting waiting = Waiting.step(what);
        try {
            if (isRight.test(ask())) {
                waiting.fulfilled();
                return true;
            }
            Awaitility.await()
                    .dontCatchUncaughtExceptions()
                    .pollInSameThread()
                    .pollDelay(FIRST_INTERVAL)
                    .pollInterval((count, previous) -> nextInterval(previous))
                    .atMost(atLeastOneInterval())
                    .until(() -> isRight.test(ask()));
            waiting.fulfilled();
            return true;
        } catch (ConditionTimeoutException | QmpTimeoutException e) {
            return false;
        } catch (QmpDisconnectedException e) {
            disconnected = e;
            return false;
        } finally {
            waiting.end();
        }
    }

    private JsonNode ask() {
        JsonNode answer = question.apply(patience());
        last.set(answer);
        return answer;
    }

    /** A QEMU that hangs must not hold up the wait; but an answer takes a moment, even where no time is left. */
    private Duration patience() {
        Duration left = deadline.remaining();
        return left.compareTo(ONE_ANSWER) > 0 ? left : ONE_ANSWER;
    }

    /** Awaitility refuses a time that is not longer than its delay. */
    private Duration atLeastOneInterval() {
        Duration left = deadline.remainingReally();
        return left.compareTo(FIRST_INTERVAL) > 0 ? left : FIRST_INTERVAL.multipliedBy(2);
    }

    /** Return how long to wait after a wait of that length, which was none before the first. */
    static Duration nextInterval(Duration previous) {
        Duration doubled = previous.isZero() ? FIRST_INTERVAL : previous.multipliedBy(2);
        return doubled.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : doubled;
    }

    /** Return how the asking ended in vain; what was found last follows it. */
    String ending() {
        return ending("");
    }

    /**
     * Return how the asking ended in vain; what was found last follows it.
     *
     * @param differences what is wrong with what was found last; may be empty
     */
    String ending(String differences) {
        String what = differences.isEmpty() ? "" : Message.sentence(differences) + " ";
        return disconnected == null
                ? "%s, but %s last answer was:%n"
                        .formatted(Message.within(deadline.timeout()), what.isEmpty() ? "the" : what + "The")
                : "but its connection ended:%n%s%nand the answer before that was:%n"
                        .formatted(Message.indented(disconnected.getMessage()));
    }

    @Nullable
    JsonNode last() {
        return last.get();
    }

    String lastAsText() {
        JsonNode answer = last.get();
        return answer == null ? "(none: it does not answer)" : JsonValues.brief(answer);
    }
}
