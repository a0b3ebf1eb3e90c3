package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.json.DataPath;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.assertj.core.api.WritableAssertionInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Assertions about a block node: what {@code query-named-block-nodes} reports of it now. They never wait.
 *
 * <pre>{@code
 * assertThat(qmp).node("disk").hasDriver("null-co").hasBitmap("bitmap0", Map.of("count", 65536));
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class NodeAssert extends AbstractWaitingAssert<NodeAssert, String> {

    private final QmpClient client;

    NodeAssert(QmpClient client, String name, Duration timeout, WritableAssertionInfo before) {
        super(name, NodeAssert.class, timeout, before);
        this.client = client;
    }

    /**
     * Verify that there is such a node.
     *
     * @return this assertion
     * @throws AssertionError if there is none; the message lists the nodes
     */
    public NodeAssert isInGraph() {
        node("to be in the graph");
        return this;
    }

    /**
     * Verify that there is no such node.
     *
     * @return this assertion
     * @throws AssertionError if there is one
     */
    public NodeAssert isNotInGraph() {
        String what = "not to be in the graph";
        Optional<JsonNode> found = find(nodes());
        if (found.isPresent()) {
            throw fails(what, "but there is:%n%s".formatted(Message.indented(JsonValues.brief(found.get()))));
        }
        return this;
    }

    /**
     * Verify the node's driver.
     *
     * @param driver such as {@code qcow2}, {@code file} or {@code throttle}
     * @return this assertion
     * @throws AssertionError if it has another one, or there is no such node
     */
    public NodeAssert hasDriver(String driver) {
        return has("drv", requireNonNull(driver, "driver must not be null"));
    }

    /**
     * Verify a value that {@code query-named-block-nodes} reports.
     *
     * @param path where: a name such as {@code ro}, or a path such as {@code image.virtual-size}
     * @param expected the value; numbers are compared by value
     * @return this assertion
     * @throws AssertionError if the value is another one, or the node does not exist
     */
    public NodeAssert has(String path, @Nullable Object expected) {
        JsonNode wanted = JsonValues.treeOf(expected, requireNonNull(path, "path must not be null"));
        String what = "to have %s = %s".formatted(path, JsonValues.brief(wanted));
        JsonNode whole = node(what);
        JsonNode found = DataPath.of(path).in(whole);
        if (!JsonValues.equal(found, wanted)) {
            throw failureWithActualExpected(
                    found.isMissingNode() ? null : JsonValues.brief(found),
                    JsonValues.brief(wanted),
                    "%s",
                    Message.fit(text(
                            what,
                            "but %s in:%n%s"
                                    .formatted(
                                            found.isMissingNode()
                                                    ? "nothing stands there"
                                                    : "it is " + JsonValues.brief(found),
                                            Message.indented(JsonValues.brief(whole))))));
        }
        return this;
    }

    /**
     * Verify the nodes below this one that hold what it does not hold itself, the nearest first.
     *
     * @param nodeNames the names of all of them, by {@code x-debug-query-block-graph}; none if it has no backing node
     * @return this assertion
     * @throws AssertionError if the chain is another one, or there is no such node
     */
    public NodeAssert hasBackingChain(String... nodeNames) {
        List<String> wanted = List.of(requireNonNull(nodeNames, "nodeNames must not be null"));
        String what = wanted.isEmpty() ? "to have no backing node" : "to have the backing chain " + wanted;
        node(what);
        List<String> found = chain(query("x-debug-query-block-graph"));
        if (!found.equals(wanted)) {
            throw failureWithActualExpected(
                    found,
                    wanted,
                    "%s",
                    Message.fit(text(what, found.isEmpty() ? "but it has none" : "but it is " + found)));
        }
        return this;
    }

    private List<String> chain(JsonNode graph) {
        List<String> chain = new ArrayList<>();
        Optional<JsonNode> at = graph.path("nodes")
                .valueStream()
                .filter(node -> node.path("name").asString("").equals(actual))
                .findFirst();
        while (at.isPresent() && chain.size() < graph.path("nodes").size()) {
            long parent = at.get().path("id").asLong();
            Optional<Long> child = graph.path("edges")
                    .valueStream()
                    .filter(edge -> edge.path("parent").asLong() == parent
                            && edge.path("name").asString("").equals("backing"))
                    .map(edge -> edge.path("child").asLong())
                    .findFirst();
            at = child.flatMap(id -> graph.path("nodes")
                    .valueStream()
                    .filter(node -> node.path("id").asLong() == id)
                    .findFirst());
            at.ifPresent(node -> chain.add(node.path("name").asString("")));
        }
        return chain;
    }

    /**
     * Verify that the node has a bitmap.
     *
     * @param name the bitmap's name
     * @return this assertion
     * @throws AssertionError if it has none of that name; the message lists the existing ones
     */
    public NodeAssert hasBitmap(String name) {
        return hasBitmap(name, Map.of());
    }

    /**
     * Verify that the node has a bitmap, and what is reported of it.
     *
     * @param name the bitmap's name
     * @param members at least these members: {@code Map.of("count", 65536, "recording", true)}; {@code count} is the dirty bytes
     * @return this assertion
     * @throws AssertionError if it has none of that name, or with other members
     */
    public NodeAssert hasBitmap(String name, Map<String, ?> members) {
        requireNonNull(name, "name must not be null");
        JsonNode wanted = JsonValues.treeOf(requireNonNull(members, "members must not be null"), "the members");
        String what = "to have the bitmap \"%s\"%s"
                .formatted(name, members.isEmpty() ? "" : " with " + JsonValues.brief(wanted));
        JsonNode bitmaps = node(what).path("dirty-bitmaps");
        boolean has = bitmaps.valueStream()
                .anyMatch(
                        bitmap -> bitmap.path("name").asString("").equals(name) && JsonValues.contains(bitmap, wanted));
        if (!has) {
            throw fails(
                    what,
                    bitmaps.isEmpty()
                            ? "but it has no bitmaps"
                            : "but its bitmaps are:%n%s".formatted(Message.indented(JsonValues.brief(bitmaps))));
        }
        return this;
    }

    /**
     * Verify that the node has no bitmap of that name.
     *
     * @param name the bitmap's name
     * @return this assertion
     * @throws AssertionError if it has one, or there is no such node
     */
    public NodeAssert hasNoBitmap(String name) {
        requireNonNull(name, "name must not be null");
        String what = "to have no bitmap \"%s\"".formatted(name);
        JsonNode bitmaps = node(what).path("dirty-bitmaps");
        if (bitmaps.valueStream()
                .anyMatch(bitmap -> bitmap.path("name").asString("").equals(name))) {
            throw fails(what, "but its bitmaps are:%n%s".formatted(Message.indented(JsonValues.brief(bitmaps))));
        }
        return this;
    }

    private JsonNode nodes() {
        return client.execute(
                QmpCommand.of("query-named-block-nodes", Map.of("flat", true)).withTimeout(timeout()));
    }

    private JsonNode query(String command) {
        return client.execute(QmpCommand.of(command).withTimeout(timeout()));
    }

    private Optional<JsonNode> find(JsonNode nodes) {
        return nodes.valueStream()
                .filter(node -> node.path("node-name").asString("").equals(actual))
                .findFirst();
    }

    private JsonNode node(String what) {
        JsonNode nodes = nodes();
        return find(nodes)
                .orElseThrow(() -> fails(
                        what,
                        "but there is no such node; there are: "
                                + nodes.valueStream()
                                        .map(node -> node.path("node-name").asString(""))
                                        .sorted()
                                        .collect(Collectors.joining(", "))));
    }

    private AssertionError fails(String what, String found) {
        return failure("%s", Message.fit(text(what, found)));
    }

    private String text(String what, String found) {
        return client.secrets()
                        .mask(Message.expecting(
                                        "block node \"%s\" of QMP client \"%s\"".formatted(actual, client.name()), what)
                                + found)
                + PeerState.artefacts(client);
    }
}
