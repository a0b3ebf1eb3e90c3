package io.github.qmpjunit.assertj;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qmp.EventMark;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The wait of one assertion chain: who is to receive the event, from which queue it is taken, until when. */
final class EventWait {

    private static final Logger LOGGER = System.getLogger(EventWait.class.getName());

    /** How long a wait goes on before it asks the schema: longer than most events take, so that most waits never ask. */
    private static final Duration PATIENCE = Duration.ofMillis(150);

    private final String receiver;
    private final @Nullable QmpClient client;
    private final QmpEventListener listener;
    private final Deadline deadline;
    private final long startedNanos = System.nanoTime();
    private boolean failedJobsAllowed;
    private boolean unchecked;
    private List<String> impossible = List.of();
    private @Nullable QmpDisconnectedException disconnected;
    private @Nullable String jobFailure;
    private boolean neverConnected;

    private EventWait(String receiver, @Nullable QmpClient client, QmpEventListener listener, Deadline deadline) {
        this.receiver = receiver;
        this.client = client;
        this.listener = listener;
        this.deadline = deadline;
    }

    /** Return a wait on a client, through the assertions' view of it. */
    static EventWait on(QmpClient client, String receiver, Deadline deadline) {
        return new EventWait(receiver, client, client.assertionEvents(), deadline);
    }

    /** Return a wait on a user's own listener. */
    static EventWait on(QmpEventListener listener, Deadline deadline) {
        return new EventWait("a listener for " + listener.filter(), null, listener, deadline);
    }

    /** Return a matcher for events after a mark. */
    static EventMatcher after(@Nullable EventMark mark, EventMatcher matcher) {
        return mark == null ? matcher : matcher.where("it came after the one before", mark::isBefore);
    }

    EventWait allowingFailedJobs(boolean allowed) {
        failedJobsAllowed = allowed;
        return this;
    }

    EventWait unchecked(boolean withoutSchema) {
        unchecked = withoutSchema;
        return this;
    }

    /** Wait for the event and take it; {@code null} if it does not come, which {@link #explain} explains. */
    @Nullable
    QmpEvent next(EventMatcher matcher) {
        QmpEvent event = take(matcher);
        if (event != null && LOGGER.isLoggable(Level.DEBUG)) {
            String waited = Deadline.format(Duration.ofNanos(System.nanoTime() - startedNanos));
            LOGGER.log(Level.DEBUG, "{0} awaited {1}: {2} after {3}", receiver, matcher, event, waited);
        }
        return event == null || isConcludedFailure(matcher, event) ? null : event;
    }

    private @Nullable QmpEvent take(EventMatcher matcher) {
        Optional<QmpEvent> there = listener.poll(matcher);
        if (there.isPresent()) {
            return there.get();
        }
        neverConnected = client != null && !client.hasEverConnected();
        if (neverConnected) {
            return null;
        }
        try {
            return awaitWithSecondThoughts(matcher);
        } catch (QmpTimeoutException e) {
            return null;
        } catch (QmpDisconnectedException e) {
            disconnected = e;
            return null;
        }
    }

    /** Wait; and where the event does not come soon, find out first whether it can come at all. */
    private @Nullable QmpEvent awaitWithSecondThoughts(EventMatcher matcher) {
        if (client == null || unchecked || deadline.remaining().compareTo(PATIENCE) < 0) {
            return listener.next(matcher, deadline);
        }
        try {
            return listener.next(matcher, PATIENCE);
        } catch (QmpTimeoutException e) {
            impossible = problemsOf(matcher, client);
            return impossible.isEmpty() ? listener.next(matcher, deadline) : null;
        }
    }

    /** Return why the event can never come, as far as anybody can tell. */
    static List<String> problemsOf(EventMatcher matcher, QmpClient client) {
        try {
            return matcher.problemsIn(client.schema());
        } catch (QmpException e) {
            return List.of(); // without a schema, nobody can tell
        }
    }

    /** Concluded is not success: return whether a job that was to conclude has failed. */
    private boolean isConcludedFailure(EventMatcher matcher, QmpEvent event) {
        if (client == null || failedJobsAllowed || !matcher.demandsData("status", "concluded")) {
            return false;
        }
        jobFailure = JobProgress.failureOf(client, event.data().path("id").asString(""))
                .orElse(null);
        return jobFailure != null;
    }

    /** Put an event back that does not meet a later demand. */
    void giveBack(QmpEvent event) {
        listener.putBack(event);
    }

    /** Return whether a further matching event is there, after everything that QEMU has sent up to now has arrived. */
    Optional<QmpEvent> surplus(EventMatcher matcher) {
        if (client != null) {
            client.execute("query-version"); // events come before the reply, so all earlier ones are here then
        }
        return listener.poll(matcher);
    }

    /** Return why the event did not come, with what came instead. */
    String explain(EventMatcher matcher) {
        String explanation = explained(matcher);
        return client == null ? explanation : client.secrets().mask(explanation);
    }

    private String explained(EventMatcher matcher) {
        String expected = Message.expecting(receiver, "to receive " + matcher);
        if (jobFailure != null) {
            return expected
                    + "and it did, but the job has failed:%n%s%nIf it is meant to: job(id).failsWithErrorContaining(...), or allowingFailedJobs()"
                            .formatted(Message.indented(jobFailure))
                    + artefacts();
        }
        if (neverConnected) {
            return expected + Message.NEVER_CONNECTED;
        }
        if (!impossible.isEmpty()) {
            return expected
                    + "but that cannot happen:%n%s%nIf this QEMU sends it all the same: withoutSchemaCheck()"
                            .formatted(Message.indented(String.join("\n", impossible)));
        }
        String ending = disconnected == null
                ? "%s, but ".formatted(Message.within(deadline.timeout()))
                : "but its connection ended:%n%s%nand before that ".formatted(Message.indented(reason(disconnected)));
        return expected + ending + timeline().describe(matcher) + peer();
    }

    EventTimeline timeline() {
        return new EventTimeline(listener.history(), listener.pending(), startedNanos);
    }

    private String artefacts() {
        return client == null ? "" : PeerState.artefacts(client);
    }

    private String peer() {
        return client == null || disconnected != null ? artefacts() : PeerState.describe(client);
    }

    private static String reason(QmpDisconnectedException disconnected) {
        Throwable cause = disconnected.getCause();
        return String.valueOf(cause == null ? disconnected.getMessage() : cause.getMessage());
    }
}
