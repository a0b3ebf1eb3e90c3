package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Companions;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpEvents;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import io.github.qmpjunit.qmp.job.QmpJob;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
    private @Nullable EventMatcher checked;
    private boolean schemaless;
    private @Nullable QmpDisconnectedException disconnected;
    private @Nullable String jobFailure;
    private @Nullable String foregone;
    private @Nullable QmpEvent undeclared;
    private boolean neverConnected;
    private @Nullable QmpEvent earlier;
    private String earlierName = "";

    private EventWait(String receiver, @Nullable QmpClient client, QmpEventListener listener, Deadline deadline) {
        this.receiver = receiver;
        this.client = client;
        this.listener = listener;
        this.deadline = deadline;
    }

    /** Return a wait on a client, through the assertions' view of it. */
    static EventWait on(QmpClient client, String receiver, Deadline deadline) {
        return new EventWait(receiver, client, ClientView.of(client).assertionEvents(QmpEventListener.class), deadline);
    }

    /** Return a wait on a user's own listener. */
    static EventWait on(QmpEventListener listener, Deadline deadline) {
        return new EventWait("a listener for " + listener.filter(), null, listener, deadline);
    }

    /** Take note that the event is to come after an earlier one, for the message. */
    void comesAfter(QmpEvent earlierEvent, String itsName) {
        earlier = earlierEvent;
        earlierName = itsName;
    }

    /** Return a matcher for events that happened after another one. */
    EventMatcher after(QmpEvent earlierEvent, EventMatcher matcher) {
        comesAfter(earlierEvent, earlierEvent.name());
        return client == null
                ? EventOrder.onListener(earlierEvent, matcher)
                : new EventOrder(client).after(earlierEvent, matcher);
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
        Waiting waiting =
                Waiting.stepOf(this, matcher::toString); // and not for the schema, which the test did not ask for
        try {
            QmpEvent event = taken(matcher);
            if (event != null) {
                waiting.fulfilled(event.toString());
            }
            return event;
        } finally {
            waiting.end();
        }
    }

    private @Nullable QmpEvent taken(EventMatcher matcher) {
        QmpEvent event = take(matcher);
        if (event != null && LOGGER.isLoggable(Level.DEBUG)) {
            String waited = Deadline.format(Duration.ofNanos(System.nanoTime() - startedNanos));
            LOGGER.log(
                    Level.DEBUG, Message.fit("%s awaited %s: %s after %s".formatted(receiver, matcher, event, waited)));
        }
        return event == null || isUnknown(matcher, event) || isOfFailedJob(matcher, event) ? null : event;
    }

    private @Nullable QmpEvent take(EventMatcher matcher) {
        Optional<QmpEvent> there = listener.poll(matcher);
        if (there.isPresent()) {
            return there.get();
        }
        neverConnected = client != null && !ClientView.of(client).hasEverConnected();
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

    /**
     * Wait. If the event does not come soon, find out whether it can come at all, and from then on whenever something has arrived that may have
     * made it impossible.
     */
    private @Nullable QmpEvent awaitWithSecondThoughts(EventMatcher matcher) {
        if (client == null || deadline.remaining().compareTo(PATIENCE) < 0) {
            return listener.next(matcher, deadline.remaining());
        }
        long seen = -1;
        while (deadline.remaining().compareTo(PATIENCE) > 0) {
            try {
                return listener.next(matcher, PATIENCE);
            } catch (QmpTimeoutException e) {
                long arrived = client.mark().sequence();
                if (!unchecked) {
                    check(matcher, client);
                }
                if (impossible.isEmpty() && arrived != seen) {
                    foregone = Foregone.reason(client, matcher).orElse(null);
                }
                if (!impossible.isEmpty() || foregone != null) {
                    return listener.poll(matcher).orElse(null); // what came before the answer counts
                }
                seen = arrived;
            }
        }
        return listener.next(matcher, deadline.remaining());
    }

    /** Ask the schema whether an event that is meant can come at all, once for each narrowing. */
    @SuppressWarnings("ReferenceEquality") // this very narrowing
    private void check(EventMatcher matcher, QmpClient client) {
        if (matcher == checked || schemaless) {
            return;
        }
        checked = matcher;
        Optional<List<String>> problems = askSchema(matcher, client);
        schemaless = problems.isEmpty(); // nor is there one later in this chain
        impossible = problems.orElse(List.of());
    }

    /** Return whether one of the events that are meant was declared as the server's own; about its data, nobody else can tell. */
    private static boolean isOwn(EventMatcher matcher, QmpClient client) {
        return matcher.names().stream().anyMatch(ClientView.of(client)::isOwnEvent);
    }

    /** Return why the event can never come, as far as anybody can tell. */
    static List<String> problemsOf(EventMatcher matcher, QmpClient client) {
        return askSchema(matcher, client).orElse(List.of());
    }

    /** Return why the event can never arrive; empty without a schema. */
    private static Optional<List<String>> askSchema(EventMatcher matcher, QmpClient client) {
        if (isOwn(matcher, client)) {
            return Optional.of(List.of());
        }
        try {
            return Optional.of(matcher.problemsIn(client.schema()));
        } catch (QmpException e) {
            return Optional.empty();
        }
    }

    /**
     * Return whether the event came although QEMU's schema does not know it. It would have been called impossible if it had come later, and no
     * verdict may depend on how fast a machine is. Costs nothing for what QEMU's own schema has.
     */
    private boolean isUnknown(EventMatcher matcher, QmpEvent event) {
        if (client == null || unchecked || matcher.isOfQemu()) {
            return false;
        }
        check(matcher, client);
        undeclared = impossible.isEmpty() ? null : event;
        return undeclared != null;
    }

    /** Concluded is not success, nor is completed: return whether the job of an event has failed. */
    private boolean isOfFailedJob(EventMatcher matcher, QmpEvent event) {
        if (client == null || failedJobsAllowed) {
            return false;
        }
        if (event.is(QmpEvents.BLOCK_JOB_COMPLETED) && event.data().has("error") && !matcher.mentionsData("error")) {
            jobFailure = "Job \"%s\": %s"
                    .formatted(
                            event.data().path("device").asString(""),
                            event.data().path("error").asString(""));
        } else if (event.is(QmpEvents.DUMP_COMPLETED)
                && event.data().has("error")
                && Stream.of("error", "result", "result.status").noneMatch(matcher::mentionsData)) {
            jobFailure = "The dump: %s".formatted(event.data().path("error").asString(""));
        } else if (event.is(QmpEvents.JOB_STATUS_CHANGE)
                && (matcher.demandsData("status", "concluded") || matcher.demandsData("status", "null"))) {
            jobFailure = failureOf(event.data().path("id").asString("")).orElse(null);
        }
        return jobFailure != null;
    }

    private Optional<String> failureOf(String id) {
        try (QmpJob job = QmpJob.follow(requireNonNull(client), id)) {
            return job.whyFailed().map(why -> "Job \"%s\": %s".formatted(id, why));
        }
    }

    /** Return whether QEMU drops some events of a name, so that they cannot be counted. */
    boolean isRateLimited(String name) {
        return Optional.ofNullable(client)
                .or(listener::registeredWith)
                .filter(known -> known.isRateLimited(name))
                .isPresent();
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
        String expected = Message.expecting(receiver, "to receive " + EventOrder.inWords(matcher));
        if (jobFailure != null) {
            return expected
                    + "and it did, but the job has failed:%n%s%nIf it is meant to: job(id).failsWithErrorContaining(...), or allowingFailedJobs()"
                            .formatted(Message.indented(jobFailure))
                    + artefacts();
        }
        if (neverConnected) {
            return expected + Message.NEVER_CONNECTED;
        }
        if (undeclared != null) {
            return expected
                    + "and it came, but QEMU's schema says that it cannot:%n%s%nIf this QEMU sends it all the same, declare it for the machine with @Vm(ownEvents = ...) or ownEvents(...) of its builder, or call withoutSchemaCheck() before this assertion"
                            .formatted(Message.indented(String.join("\n", impossible)))
                    + artefacts();
        }
        if (foregone != null) {
            return expected
                    + "but that cannot happen any more:%n%s%s%n".formatted(Message.indented(foregone), others())
                    + timeline().everything()
                    + artefacts();
        }
        if (!impossible.isEmpty()) {
            return expected
                    + "but that cannot happen:%n%s%nIf this QEMU sends it all the same, declare it for the machine with @Vm(ownEvents = ...) or ownEvents(...) of its builder, or call withoutSchemaCheck() before this assertion"
                            .formatted(Message.indented(String.join("\n", impossible)));
        }
        String ending = disconnected == null
                ? "%s, but ".formatted(Message.within(deadline.timeout()))
                : "but its connection ended:%n%s%nand before that ".formatted(Message.indented(reason(disconnected)));
        EventTimeline timeline = timeline();
        return expected
                + ending
                + wrongOrder(matcher).orElseGet(() -> timeline.brief(matcher))
                + elsewhere(matcher)
                + others()
                + job(matcher)
                + timeline.list(matcher)
                + peer();
    }

    /** Return the two events that came in the wrong order, if that is what is wrong. */
    private Optional<String> wrongOrder(EventMatcher matcher) {
        QmpEvent first = earlier;
        if (first == null) {
            return Optional.empty();
        }
        return listener.pending().stream()
                .filter(event -> EventOrder.isOnlyTooEarly(matcher, event))
                .reduce((one, other) -> other)
                .map(event -> "it came earlier: %s %s, %s %s."
                        .formatted(
                                event.name(),
                                EventTimeline.time(event, startedNanos),
                                earlierName,
                                EventTimeline.time(first, startedNanos)));
    }

    /** Return which other machine of the test has received what was awaited here. */
    private String elsewhere(EventMatcher matcher) {
        if (client == null || earlier != null) {
            return "";
        }
        StringBuilder others = new StringBuilder();
        for (QmpClient other : Companions.of(client, QmpClient.class)) {
            ClientView.of(other).assertionEvents(QmpEventListener.class).history().stream()
                    .filter(matcher::matches)
                    .reduce((one, later) -> later)
                    .ifPresent(event -> others.append("%nQMP client \"%s\" has received it instead, %s: %s"
                            .formatted(other.name(), EventTimeline.time(event, startedNanos), event)));
        }
        return others.toString();
    }

    EventTimeline timeline() {
        return new EventTimeline(listener.history(), listener.pending(), listener.forgotten(), startedNanos);
    }

    private String artefacts() {
        return client == null ? "" : PeerState.artefacts(client);
    }

    private String others() {
        return client == null ? "" : PeerState.ended(client);
    }

    private String job(EventMatcher matcher) {
        return client == null || disconnected != null ? "" : PeerState.ofJob(client, matcher);
    }

    private String peer() {
        return client == null || disconnected != null ? artefacts() : PeerState.describe(client);
    }

    private static String reason(QmpDisconnectedException disconnected) {
        Throwable cause = disconnected.getCause();
        return String.valueOf(cause == null ? disconnected.getMessage() : cause.getMessage());
    }
}
