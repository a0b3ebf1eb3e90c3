package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.EventMark;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.EventType;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.TypedCommand;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.assertj.core.annotation.CheckReturnValue;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What can be asserted of whatever has a QMP client: events that come or do not, jobs, commands and their replies.
 *
 * <p>Awaiting assertions look through a view of their own: every event since the client was made, less those that an earlier
 * assertion has consumed. So an event may arrive before the assertion is reached, and is never taken for a later one of the same
 * name. Each waits up to 5 s, or as long as {@link #within} says, and fails as soon as what it waits for cannot come any more.
 *
 * @param <SELF> the assertion's own type
 * @param <ACTUAL> what has the client
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public abstract class AbstractQmpAssert<SELF extends AbstractQmpAssert<SELF, ACTUAL>, ACTUAL>
        extends AbstractWaitingAssert<SELF, ACTUAL> {

    private @Nullable EventMark since;
    private boolean failedJobsAllowed;
    private boolean unchecked;

    AbstractQmpAssert(@Nullable ACTUAL actual, Class<?> selfType) {
        super(actual, selfType);
    }

    /** Return the client; called where there is an actual value. */
    abstract QmpClient client();

    /** Return what messages call the actual value. */
    String subject() {
        return "QMP client \"" + client().name() + "\"";
    }

    /**
     * Look only at events after a mark, in the assertions on events that follow.
     *
     * @param mark the mark, from {@link QmpClient#mark()}
     * @return this assertion
     */
    @CheckReturnValue
    public SELF since(EventMark mark) {
        since = requireNonNull(mark, "mark must not be null");
        return myself;
    }

    /**
     * Accept that a job which is awaited to be {@code concluded} has failed. Without this, an assertion that awaits
     * JOB_STATUS_CHANGE with {@code status = "concluded"} fails where the job has: concluded is not success.
     *
     * @return this assertion
     */
    @CheckReturnValue
    public SELF allowingFailedJobs() {
        failedJobsAllowed = true;
        return myself;
    }

    /**
     * Wait for events although QEMU's schema does not know them, or not with such data. Without this, a wait ends early where the
     * schema says that the event cannot come, and so does an assertion that it does not.
     *
     * @return this assertion
     */
    @CheckReturnValue
    public SELF withoutSchemaCheck() {
        unchecked = true;
        return myself;
    }

    /**
     * Wait for an event and consume it. What is called on the result narrows the wait, within the same time-out:
     *
     * <pre>{@code
     * assertThat(qmp).awaitEvent(JOB_STATUS_CHANGE).withData("id", "create0").withData("status", "concluded");
     * }</pre>
     *
     * @param type the event's type, such as {@code QmpEvents.STOP}
     * @return an assertion about the first event that matches
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert awaitEvent(EventType type) {
        return awaitEvent(EventMatcher.event(type));
    }

    /**
     * Wait for an event and consume it, as {@link #awaitEvent(EventType)} does.
     *
     * @param name the event's name as it stands in the message
     * @return an assertion about the first event that matches
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert awaitEvent(String name) {
        return awaitEvent(EventMatcher.event(name));
    }

    /**
     * Wait for an event and consume it, as {@link #awaitEvent(EventType)} does.
     *
     * @param matcher which event is meant; {@link EventMatcher#anyOf(EventType...)} for one of several
     * @return an assertion about the first event that matches
     * @throws AssertionError if none arrives in time, or none can arrive any more since the connection has ended
     */
    public AwaitedEventAssert awaitEvent(EventMatcher matcher) {
        requireNonNull(matcher, "matcher must not be null");
        isNotNull();
        EventWait wait = EventWait.on(client(), subject(), deadline())
                .allowingFailedJobs(failedJobsAllowed)
                .unchecked(unchecked);
        return take(sinceMark(matcher), wait);
    }

    private EventMatcher sinceMark(EventMatcher matcher) {
        EventMark mark = since;
        return mark == null ? matcher : new EventOrder(client()).after(mark, matcher);
    }

    /**
     * Wait for several events in this order; others may come in between. Each is consumed.
     *
     * @param types the types, at least one
     * @return this assertion
     * @throws AssertionError if one of them does not arrive after the one before it, all in time
     */
    public SELF awaitEventsInOrder(EventType... types) {
        if (requireNonNull(types, "types must not be null").length == 0) {
            throw new IllegalArgumentException("awaitEventsInOrder() was given no types, so it would verify nothing");
        }
        isNotNull();
        EventWait wait = EventWait.on(client(), subject(), deadline()).unchecked(unchecked);
        EventOrder order = new EventOrder(client());
        QmpEvent before = null;
        for (EventType type : types) {
            EventMatcher any = EventMatcher.event(type);
            EventMatcher meant = before == null ? sinceMark(any) : order.after(before, any);
            if (before != null) {
                wait.comesAfter(before, before.name());
            }
            QmpEvent found = wait.next(meant);
            if (found == null) {
                throw failure("%s", Message.fit(wait.explain(meant)));
            }
            before = found;
        }
        return myself;
    }

    /**
     * Begin an assertion that an event does <em>not</em> come while something goes on.
     *
     * @param type the event's type
     * @return what to say the time of
     */
    @CheckReturnValue
    public AbsenceAssert receivesNoEvent(EventType type) {
        return absence(
                EventMatcher.event(type), true); // a type is no slip of the pen, but may be too new for this QEMU
    }

    /**
     * Begin an assertion that an event does <em>not</em> come while something goes on.
     *
     * @param name the event's name as it stands in the message
     * @return what to say the time of
     */
    @CheckReturnValue
    public AbsenceAssert receivesNoEvent(String name) {
        return receivesNoEvent(EventMatcher.event(name));
    }

    /**
     * Begin an assertion that an event does <em>not</em> come while something goes on.
     *
     * @param matcher which event is meant
     * @return what to say the time of
     */
    @CheckReturnValue
    public AbsenceAssert receivesNoEvent(EventMatcher matcher) {
        return absence(requireNonNull(matcher, "matcher must not be null"), unchecked);
    }

    private AbsenceAssert absence(EventMatcher matcher, boolean withoutSchema) {
        isNotNull();
        return new AbsenceAssert(client(), subject(), matcher, timeout(), withoutSchema, info);
    }

    /**
     * Begin an assertion about a job.
     *
     * @param id the job's id; for a block job without one of its own, the device's
     * @return an assertion about the job
     */
    @CheckReturnValue
    public JobAssert job(String id) {
        requireNonNull(id, "id must not be null");
        isNotNull();
        return new JobAssert(client(), id, timeout(), info);
    }

    /**
     * Begin an assertion about several jobs that belong together, such as those of a transaction.
     *
     * @param ids the jobs' ids, at least one
     * @return an assertion about the jobs
     */
    @CheckReturnValue
    public JobsAssert jobs(String... ids) {
        if (requireNonNull(ids, "ids must not be null").length == 0) {
            throw new IllegalArgumentException("jobs() was given no ids, so it would verify nothing");
        }
        isNotNull();
        return new JobsAssert(client(), List.of(ids), timeout(), info);
    }

    /**
     * Begin an assertion about a block node.
     *
     * @param name its {@code node-name}
     * @return an assertion about what {@code query-named-block-nodes} reports of it
     */
    @CheckReturnValue
    public NodeAssert node(String name) {
        requireNonNull(name, "name must not be null");
        isNotNull();
        return new NodeAssert(client(), name, timeout(), info);
    }

    /**
     * Verify that there is a block export now.
     *
     * @param id its id
     * @param members at least these members, as {@code query-block-exports} reports them: {@code Map.of("type", "nbd", "node-name", "disk")}
     * @return this assertion
     * @throws AssertionError if there is none, or one with other members; the message lists those that there are
     */
    public SELF hasExport(String id, Map<String, ?> members) {
        requireNonNull(id, "id must not be null");
        JsonNode wanted = JsonValues.treeOf(requireNonNull(members, "members must not be null"), "the members");
        isNotNull();
        JsonNode exports = client().execute(QmpCommand.of("query-block-exports").withTimeout(timeout()));
        boolean has = exports.valueStream()
                .anyMatch(export -> export.path("id").asString("").equals(id) && JsonValues.contains(export, wanted));
        if (!has) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting(
                                    subject(),
                                    "to have the export \"%s\"%s"
                                            .formatted(
                                                    id, members.isEmpty() ? "" : " with " + JsonValues.brief(wanted)))
                            + "but its exports are:%n%s"
                                    .formatted(Message.indented(
                                            JsonValues.brief(client().secrets().mask(exports))))
                            + PeerState.artefacts(client())));
        }
        return myself;
    }

    /**
     * Wait until there are no block exports: QEMU removes one when its last client has left.
     *
     * @return this assertion
     * @throws AssertionError if there still are some when time is up; the message lists them
     */
    public SELF awaitNoExports() {
        isNotNull();
        Polling polling = new Polling(
                deadline(),
                () -> "the end of all exports",
                within -> client().execute(QmpCommand.of("query-block-exports").withTimeout(within)));
        if (!polling.until(exports -> exports.isEmpty())) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting(subject(), "to have no block exports")
                            + polling.ending()
                            + Message.indented(polling.lastAsText())
                            + PeerState.artefacts(client())));
        }
        return myself;
    }

    /**
     * Verify limits of a throttle group now.
     *
     * @param id the id of the {@code throttle-group} object
     * @param limits at least these limits: {@code Map.of("iops-total", 100)}
     * @return this assertion
     * @throws AssertionError if it has others, or there is no such group
     */
    public SELF hasThrottleGroup(String id, Map<String, ?> limits) {
        requireNonNull(id, "id must not be null");
        JsonNode wanted = JsonValues.treeOf(requireNonNull(limits, "limits must not be null"), "the limits");
        isNotNull();
        String found;
        try {
            JsonNode all = client().execute(
                            QmpCommand.of("qom-get", Map.of("path", "/objects/" + id, "property", "limits"))
                                    .withTimeout(timeout()));
            if (JsonValues.contains(all, wanted)) {
                return myself;
            }
            found = "but its limits are:%n%s".formatted(Message.indented(JsonValues.brief(all)));
        } catch (QmpErrorException e) {
            found = "but there is none: " + client().secrets().mask(e.description());
        }
        throw failure(
                "%s",
                Message.fit(Message.expecting(
                                subject(),
                                "to have the throttle group \"%s\" with %s".formatted(id, JsonValues.brief(wanted)))
                        + found
                        + PeerState.artefacts(client())));
    }

    /**
     * Begin an assertion about what a command returns, or about its error.
     *
     * @param command the command's name
     * @return what to say the outcome of; the command is executed then
     */
    @CheckReturnValue
    public CommandAssert<JsonNode> executing(String command) {
        return executing(QmpCommand.of(command));
    }

    /**
     * Begin an assertion about what a command returns, or about its error.
     *
     * @param command the command's name
     * @param arguments a Map, tree, record or bean that becomes a JSON object
     * @return what to say the outcome of; the command is executed then
     */
    @CheckReturnValue
    public CommandAssert<JsonNode> executing(String command, Object arguments) {
        return executing(QmpCommand.of(command, arguments));
    }

    /**
     * Begin an assertion about what a command returns, or about its error.
     *
     * @param command the command
     * @return what to say the outcome of; the command is executed then
     */
    @CheckReturnValue
    public CommandAssert<JsonNode> executing(QmpCommand command) {
        return executing(new Untyped(requireNonNull(command, "command must not be null")));
    }

    /**
     * Begin an assertion about what a command returns, or about its error. The command is sent whether or not the server's version
     * knows it.
     *
     * @param <R> the Java type of what it returns
     * @param command the command
     * @return what to say the outcome of; the command is executed then
     */
    @CheckReturnValue
    public <R> CommandAssert<R> executing(TypedCommand<R> command) {
        requireNonNull(command, "command must not be null");
        isNotNull();
        return new CommandAssert<>(client(), command, info);
    }

    /**
     * Begin an assertion that a query's reply comes to be something. For what QEMU sends no event of: it asks again and again.
     *
     * @param query the command's name, such as {@code query-migrate}; it must not change anything
     * @return what to say the reply of
     */
    @CheckReturnValue
    public AwaitedReplyAssert<JsonNode> awaitReply(String query) {
        return awaitReply(QmpCommand.of(query));
    }

    /**
     * Begin an assertion that a query's reply comes to be something, as {@link #awaitReply(String)} does.
     *
     * @param query the command; it must not change anything
     * @return what to say the reply of
     */
    @CheckReturnValue
    public AwaitedReplyAssert<JsonNode> awaitReply(QmpCommand query) {
        return awaitReply(new Untyped(requireNonNull(query, "query must not be null")));
    }

    /**
     * Begin an assertion that a query's reply comes to be something, as {@link #awaitReply(String)} does. What the server's version
     * does not know is not sent.
     *
     * @param <R> the Java type of the reply
     * @param query the command; it must not change anything
     * @return what to say the reply of; it throws a {@link io.github.qmpjunit.qmp.QmpReplyException} if a reply does not fit its type,
     *     and a {@link io.github.qmpjunit.qmp.QmpUnsupportedException} if the server does not know the query
     */
    @CheckReturnValue
    public <R> AwaitedReplyAssert<R> awaitReply(TypedCommand<R> query) {
        requireNonNull(query, "query must not be null");
        isNotNull();
        return new AwaitedReplyAssert<>(client(), subject(), query, deadline(), info);
    }

    /**
     * Wait until there are no jobs.
     *
     * @return this assertion
     * @throws AssertionError if there still are some when time is up; the message lists them
     */
    public SELF awaitNoJobs() {
        isNotNull();
        Polling polling = new Polling(
                deadline(),
                () -> "the end of all jobs",
                within -> client().execute(QmpCommand.of("query-jobs").withTimeout(within)));
        if (!polling.until(jobs -> jobs.isEmpty())) {
            throw failure(
                    "%s",
                    Message.fit(Message.expecting(subject(), "to have no jobs")
                            + polling.ending()
                            + Message.indented(polling.lastAsText())
                            + PeerState.artefacts(client())));
        }
        return myself;
    }
}
