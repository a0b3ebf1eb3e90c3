package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import io.github.qmpjunit.qmp.internal.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.WritableAssertionInfo;

/** Assertions that an event does not come. They look at what arrives from their own beginning on, and consume nothing. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class AbsenceAssert extends AbstractAssert<AbsenceAssert, QmpClient> {

    private final String subject;
    private final EventMatcher matcher;
    private final Duration timeout;

    AbsenceAssert(
            QmpClient client, String subject, EventMatcher matcher, Duration timeout, WritableAssertionInfo before) {
        super(client, AbsenceAssert.class);
        this.subject = subject;
        this.matcher = matcher;
        this.timeout = timeout;
        Message.carryOver(before, info);
    }

    /**
     * Verify that the event does not come within a time. Fails at the first one.
     *
     * @param time the time, beginning now
     * @return this assertion
     * @throws AssertionError if it comes, or the connection ends, so that nobody can tell
     */
    public AbsenceAssert during(Duration time) {
        requireNonNull(time, "time must not be null");
        if (!actual.hasEverConnected()) {
            throw failure("%s", Message.expecting(subject, "to receive no " + matcher) + Message.NEVER_CONNECTED);
        }
        long started = System.nanoTime();
        try (QmpEventListener listener = actual.listen(matcher)) {
            QmpEvent unwanted = listener.next(matcher, time);
            throw failure("%s", came(unwanted, "during " + Deadline.format(time), started));
        } catch (QmpTimeoutException e) {
            return this;
        } catch (QmpDisconnectedException e) {
            throw failure(
                    "%s",
                    Message.expecting(subject, "to receive no " + matcher)
                            + "during %s, but its connection ended:%n%s"
                                    .formatted(Deadline.format(time), Message.indented(e.getMessage()))
                            + PeerState.artefacts(actual));
        }
    }

    /**
     * Verify that the event does not come while some code runs. A round trip after it proves that everything QEMU sent has
     * arrived; what comes later, by the guest's doing say, is not seen.
     *
     * @param code the code; what it throws is thrown on
     * @return this assertion
     * @throws AssertionError if the event comes
     */
    public AbsenceAssert during(ThrowingCallable code) {
        requireNonNull(code, "code must not be null");
        long started = System.nanoTime();
        try (QmpEventListener listener = actual.listen(matcher)) {
            code.call();
            actual.execute(QmpCommand.of("query-version").withTimeout(timeout));
            Optional<QmpEvent> unwanted = listener.poll();
            if (unwanted.isPresent()) {
                throw failure("%s", came(unwanted.get(), "while the code ran", started));
            }
            return this;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("The code during which no %s was to come has thrown".formatted(matcher), e);
        }
    }

    private String came(QmpEvent unwanted, String when, long started) {
        List<QmpEvent> all = actual.events().history();
        return Message.expecting(subject, "to receive no " + matcher)
                + "%s, but it received:%n  %s%n%s"
                        .formatted(when, unwanted, new EventTimeline(all, all, started).everything())
                + PeerState.artefacts(actual);
    }
}
