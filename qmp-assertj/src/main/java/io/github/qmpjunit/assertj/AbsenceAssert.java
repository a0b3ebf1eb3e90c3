package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.WritableAssertionInfo;

/**
 * Assertions that an event does not come. They look at what arrives from their own beginning on, and consume nothing.
 *
 * <p>An event that QEMU's schema does not know, or not with such data, never comes, and that proves nothing: the assertion fails
 * then. It passes after {@link AbstractQmpAssert#withoutSchemaCheck()}, or if all that is said of the event is its type.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class AbsenceAssert extends AbstractAssert<AbsenceAssert, QmpClient> {

    private final String subject;
    private final EventMatcher matcher;
    private final Duration timeout;
    private final boolean unchecked;

    AbsenceAssert(
            QmpClient client,
            String subject,
            EventMatcher matcher,
            Duration timeout,
            boolean unchecked,
            WritableAssertionInfo before) {
        super(client, AbsenceAssert.class);
        this.subject = subject;
        this.matcher = matcher;
        this.timeout = timeout;
        this.unchecked = unchecked;
        Message.carryOver(before, info);
    }

    /**
     * Verify that the event does not come within a time. Fails at the first one.
     *
     * @param time the time, beginning now
     * @return this assertion
     * @throws AssertionError if it comes, if it never can, or if the connection ends, so that nobody can tell
     */
    public AbsenceAssert during(Duration time) {
        requireNonNull(time, "time must not be null");
        if (!ClientView.of(actual).hasEverConnected()) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting(subject, "to receive no " + matcher) + Message.NEVER_CONNECTED));
        }
        long started = System.nanoTime();
        Instant beginning = Instant.now();
        Waiting waiting = Waiting.step(() -> "no %s during %s".formatted(matcher, Deadline.format(time)));
        try (QmpEventListener listener = actual.listen(matcher)) {
            EventMatcher meant = happeningIn(beginning, Instant.now().plus(time));
            Optional<QmpEvent> unwanted = within(listener, meant, time).or(() -> heldBack(listener, meant));
            if (unwanted.isPresent()) {
                throw failure("%s", Message.fit(came(unwanted.get(), "during " + Deadline.format(time), started)));
            }
            AbsenceAssert result = passed();
            waiting.fulfilled();
            return result;
        } catch (QmpDisconnectedException e) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting(subject, "to receive no " + matcher)
                            + "during %s, but its connection ended:%n%s"
                                    .formatted(Deadline.format(time), Message.indented(e.getMessage()))
                            + PeerState.artefacts(actual)));
        } finally {
            waiting.end();
        }
    }

    /**
     * Verify that the event does not come while some code runs. A round trip after it makes sure that everything QEMU sent has arrived. If QEMU
     * rate-limits the event and has sent one within the last second, the assertion also waits for one that it holds back; so it does if the
     * client has been connected for less than a second. What happens later, for example in the guest, is not seen.
     *
     * @param code the code; what it throws is thrown on
     * @return this assertion
     * @throws AssertionError if the event comes, or never can
     */
    public AbsenceAssert during(ThrowingCallable code) {
        requireNonNull(code, "code must not be null");
        long started = System.nanoTime();
        Instant beginning = Instant.now();
        try (QmpEventListener listener = actual.listen(matcher)) {
            code.call();
            Waiting waiting = Waiting.step(() -> "no %s while the code ran".formatted(matcher));
            try {
                AbsenceAssert result = provenAbsent(listener, beginning, started);
                waiting.fulfilled();
                return result;
            } finally {
                waiting.end();
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("The code during which no %s was to come has thrown".formatted(matcher), e);
        }
    }

    private AbsenceAssert provenAbsent(QmpEventListener listener, Instant beginning, long started) {
        roundTrip();
        EventMatcher meant = happeningIn(beginning, Instant.now());
        Optional<QmpEvent> unwanted = listener.poll(meant).or(() -> heldBack(listener, meant));
        if (unwanted.isPresent()) {
            throw failure("%s", Message.fit(came(unwanted.get(), "while the code ran", started)));
        }
        return passed();
    }

    /** An event that was only held back, but happened before or after, is not meant. */
    private EventMatcher happeningIn(Instant from, Instant to) {
        EventOrder order = new EventOrder(actual);
        return matcher.where(
                "it happened meanwhile",
                event -> !order.isOlderThan(from, event)
                        && (!actual.isRateLimited(event.name()) || order.isOlderThan(to, event) || isUndated(event)));
    }

    /** Without a timestamp by this host's clock, every event counts. */
    private boolean isUndated(QmpEvent event) {
        return actual.peer().isEmpty() || event.timestamp().isEmpty();
    }

    /** Wait out the time for which QEMU may hold back the event, because it rate-limits it. */
    private Optional<QmpEvent> heldBack(QmpEventListener listener, EventMatcher meant) {
        Duration time = actual.holdBack(matcher);
        if (time.isZero()) {
            return Optional.empty();
        }
        Optional<QmpEvent> late = within(listener, meant, time);
        roundTrip(); // QEMU's timer may be due in the very round of its loop that answers,
        roundTrip(); // but not in the one after
        return late.or(() -> listener.poll(meant));
    }

    private static Optional<QmpEvent> within(QmpEventListener listener, EventMatcher meant, Duration time) {
        try {
            return Optional.of(listener.next(meant, Deadline.after(time).remaining()));
        } catch (QmpTimeoutException e) {
            return Optional.empty();
        }
    }

    /** Events come before a reply, so all that were sent up to now have arrived after it. */
    private void roundTrip() {
        actual.execute(QmpCommand.of("query-version").withTimeout(timeout));
    }

    /** It did not come; but what a mistyped event does not do says nothing. */
    private AbsenceAssert passed() {
        List<String> impossible = unchecked ? List.of() : EventWait.problemsOf(matcher, actual);
        if (!impossible.isEmpty()) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting(subject, "to receive no " + matcher)
                            + "and it has not, but it never can:%n%s%nIf this QEMU sends it all the same, declare it for the machine with @Vm(ownEvents = ...) or ownEvents(...) of its builder, or call withoutSchemaCheck() before this assertion"
                                    .formatted(Message.indented(String.join("\n", impossible)))));
        }
        return this;
    }

    private String came(QmpEvent unwanted, String when, long started) {
        List<QmpEvent> all = actual.events().history();
        return Message.expecting(subject, "to receive no " + matcher)
                + "%s, but it received:%n  %s%n%s"
                        .formatted(when, unwanted, new EventTimeline(all, all, 0, started).everything())
                + PeerState.artefacts(actual);
    }
}
