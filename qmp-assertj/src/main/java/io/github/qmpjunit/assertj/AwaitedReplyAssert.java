package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.json.DataPath;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.TypedCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.WritableAssertionInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Assertions that a query's reply comes to be something. Each adds a demand; one reply must meet them all, in one time-out.
 *
 * <pre>{@code
 * assertThat(before)
 *         .within(Duration.ofSeconds(40))
 *         .awaitReply("query-migrate")
 *         .with("status", "completed");
 * }</pre>
 *
 * <p>With the types of qmp-qapi:
 *
 * <pre>{@code
 * assertThat(qmp)
 *         .awaitReply(QueryBlockJobs.command())
 *         .withMatching(
 *                 "a mirror in sync", jobs -> jobs.get(0) instanceof BlockJobInfo.Mirror m && m.activelySynced());
 * }</pre>
 *
 * @param <R> the Java type of the reply; a tree for commands without types
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class AwaitedReplyAssert<R> extends AbstractAssert<AwaitedReplyAssert<R>, QmpCommand> {

    private final QmpClient client;
    private final TypedCommand<R> query;
    private final String subject;
    private final Deadline deadline;
    private final List<String> demands = new ArrayList<>();
    private Predicate<JsonNode> all = reply -> true;

    AwaitedReplyAssert(
            QmpClient client, String subject, TypedCommand<R> query, Deadline deadline, WritableAssertionInfo before) {
        super(query.untyped(), AwaitedReplyAssert.class);
        this.client = client;
        this.query = query;
        this.subject = subject;
        this.deadline = deadline;
        Message.carryOver(before, info);
    }

    /**
     * Wait until a value stands at a path of the reply.
     *
     * @param path where: a name, or a path such as {@code [0].status}
     * @param expected the value; numbers are compared by value
     * @return this assertion
     * @throws AssertionError if it does not come to that in time
     */
    public AwaitedReplyAssert<R> with(String path, @Nullable Object expected) {
        DataPath place = DataPath.of(path);
        JsonNode wanted = JsonValues.treeOf(expected, path);
        return demand(path + " = " + JsonValues.brief(wanted), reply -> JsonValues.equal(place.in(reply), wanted));
    }

    /**
     * Wait until the reply as a whole is a value: {@code qom-get} returns a plain one.
     *
     * @param expected the value; numbers are compared by value
     * @return this assertion
     * @throws AssertionError if it does not come to that in time
     */
    public AwaitedReplyAssert<R> withValue(@Nullable Object expected) {
        JsonNode wanted = JsonValues.treeOf(expected, "the expected value");
        return demand("the value " + JsonValues.brief(wanted), reply -> JsonValues.equal(reply, wanted));
    }

    /**
     * Wait until the reply is as a predicate wants it.
     *
     * @param description what the predicate wants, in words that follow "a reply with"
     * @param predicate asked with each reply; the first exception that it throws ends the wait
     * @return this assertion
     * @throws AssertionError if it does not come to that in time
     */
    public AwaitedReplyAssert<R> withMatching(String description, Predicate<? super R> predicate) {
        requireNonNull(predicate, "predicate must not be null");
        return demand(
                requireNonNull(description, "description must not be null"),
                reply -> predicate.test(query.read(reply)));
    }

    private AwaitedReplyAssert<R> demand(String description, Predicate<JsonNode> predicate) {
        demands.add(description);
        all = all.and(predicate);
        Polling polling = new Polling(
                deadline,
                () -> "a reply to %s with %s".formatted(actual.name(), String.join(", ", demands)),
                within -> client.execute(new TreeOf(actual.timeout().isPresent() ? query : query.withTimeout(within))));
        if (!polling.until(reply -> all.test(reply) || isForegone(reply))
                || !all.test(requireNonNull(polling.last()))) {
            throw failure(
                    "%s",
                    Message.fit(client.secrets()
                            .mask(Message.expecting(
                                            subject,
                                            "to reply to %s with %s"
                                                    .formatted(actual.name(), String.join(", ", demands)))
                                    + (polling.last() != null && isForegone(polling.last())
                                            ? "but that cannot happen any more. The last answer was:%n".formatted()
                                            : polling.ending())
                                    + Message.indented(polling.lastAsText())
                                    + PeerState.describe(client))));
        }
        return this;
    }

    /** Return whether the query's reply will never change any more: a migration that has failed stays so. */
    private boolean isForegone(@Nullable JsonNode reply) {
        return reply != null
                && actual.name().equals("query-migrate")
                && Foregone.failureIn(reply).isPresent();
    }
}
