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
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
    private final List<Demand> demands = new ArrayList<>();

    /**
     * What a reply must meet.
     *
     * @param description in words that follow "a reply with"
     * @param difference what a reply has instead, as a sentence; {@code null} if it meets the demand
     */
    private record Demand(String description, Function<JsonNode, @Nullable String> difference) {}

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
        return demand(
                path + " = " + JsonValues.brief(wanted),
                reply -> JsonValues.equal(place.in(reply), wanted) ? null : differenceAt(place, path, reply));
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
        return demand(
                "the value " + JsonValues.brief(wanted),
                reply -> JsonValues.equal(reply, wanted) ? null : "it is " + JsonValues.brief(reply));
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
        requireNonNull(description, "description must not be null");
        requireNonNull(predicate, "predicate must not be null");
        return demand(
                description,
                reply -> predicate.test(query.read(reply)) ? null : "it is not one with \"%s\"".formatted(description));
    }

    private static String differenceAt(DataPath place, String path, JsonNode reply) {
        JsonNode found = place.in(reply);
        return found.isMissingNode()
                ? Message.nothingAt(path, place, reply)
                : "%s is %s".formatted(path, JsonValues.brief(found));
    }

    private AwaitedReplyAssert<R> demand(String description, Function<JsonNode, @Nullable String> difference) {
        demands.add(new Demand(description, difference));
        Polling polling = new Polling(
                deadline,
                () -> "a reply to %s with %s".formatted(actual.name(), described()),
                within -> client.execute(new TreeOf(actual.timeout().isPresent() ? query : query.withTimeout(within))));
        if (!polling.until(reply -> differences(reply).isEmpty() || isForegone(reply))
                || !differences(requireNonNull(polling.last())).isEmpty()) {
            throw failure(
                    "%s",
                    Message.fit(client.secrets()
                            .mask(Message.expecting(
                                            subject, "to reply to %s with %s".formatted(actual.name(), described()))
                                    + ending(polling)
                                    + Message.indented(polling.lastAsText())
                                    + PeerState.describe(client))));
        }
        return this;
    }

    private String described() {
        return demands.stream().map(Demand::description).collect(Collectors.joining(", "));
    }

    private List<String> differences(JsonNode reply) {
        return demands.stream()
                .map(demand -> demand.difference().apply(reply))
                .filter(Objects::nonNull)
                .toList();
    }

    private String ending(Polling polling) {
        JsonNode last = polling.last();
        if (last == null) {
            return polling.ending();
        }
        String differences = String.join("; ", differences(last));
        return isForegone(last)
                ? "but that cannot happen any more: %s%s%nThe last answer was:%n"
                        .formatted(Message.sentence(differences), PeerState.ended(client))
                : polling.ending(differences);
    }

    /** Return whether the query's reply will never change any more: a migration that has failed stays so. */
    private boolean isForegone(@Nullable JsonNode reply) {
        return reply != null
                && actual.name().equals("query-migrate")
                && Foregone.failureIn(reply).isPresent();
    }
}
