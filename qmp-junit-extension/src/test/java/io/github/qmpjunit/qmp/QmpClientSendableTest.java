package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.qemu.QemuMachine;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What JSON or QEMU cannot hold is refused before anything is sent; the rest gets through, up to QEMU's own limits. */
class QmpClientSendableTest {

    private static QemuMachine vm;
    private static QmpClient qmp;

    @BeforeAll
    static void start() {
        vm = QemuMachine.builder().start();
        qmp = vm.qmp();
    }

    @AfterAll
    static void stop() {
        vm.close();
    }

    static List<Arguments> unsendable() {
        return List.of(
                Arguments.of("half\ud83d", "half a surrogate pair at index 4, which is no character: U+D83D"),
                Arguments.of("\ude00half", "half a surrogate pair at index 0"),
                Arguments.of("\uffff", "a noncharacter of Unicode, which QEMU does not read: U+FFFF"),
                Arguments.of("\ufdd0", "U+FDD0"),
                Arguments.of("\ud83f\udffe", "U+1FFFE"),
                Arguments.of(Double.NaN, "neither as an integer of 64 bits nor as a double: NaN"),
                Arguments.of(Float.POSITIVE_INFINITY, "nor as a double: Infinity"),
                Arguments.of(new BigDecimal("1e400"), "nor as a double"),
                Arguments.of(BigInteger.TWO.pow(64), "nor as a double: 18446744073709551616"));
    }

    @ParameterizedTest
    @MethodSource("unsendable")
    void what_qemu_cannot_hold_is_refused(Object value, String why) {
        List<QmpCommand> commands = List.of(
                QmpCommand.of("object-add").with("qom-type", "iothread").with("id", value),
                QmpCommand.of("object-add", Map.of("a", List.of(Map.of("b", value)))),
                QmpCommand.of("query-name").withId(value));
        for (QmpCommand command : commands) {
            assertThatThrownBy(() -> qmp.execute(command))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("Cannot send ")
                    .hasMessageContaining(why);
            assertThat(qmp.executeAsync(command)).failsWithin(java.time.Duration.ofSeconds(10));
        }
        assertThat(qmp.execute("query-name")).hasToString("{}");
    }

    @Test
    void a_name_is_looked_at_as_well() {
        assertThatThrownBy(() -> qmp.execute("qom-set", Map.of("a", Map.of("\ud83d", 1))))
                .hasMessageContaining("a name in \"arguments.a\" has half a surrogate pair");
        assertThatThrownBy(() -> qmp.execute("query\ud83d")).hasMessageContaining("\"execute\" has half");
    }

    @Test
    void a_tree_that_contains_itself_is_refused_as_well() {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.putArray("members").add(1).add(tree);

        assertThatThrownBy(() -> QmpCommand.of("x", tree))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot turn the arguments of x into JSON: it contains itself, or is nested too deep");
    }

    @Test
    void what_contains_itself_is_refused() {
        Map<String, Object> self = new HashMap<>();
        self.put("self", self);
        List<Object> list = new ArrayList<>();
        list.add(list);

        assertThatThrownBy(() -> QmpCommand.of("x", self))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot turn the arguments of x into JSON: it contains itself, or is nested too deep for this thread's stack");
        assertThatThrownBy(() -> QmpCommand.of("x").with("a", list)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> QmpCommand.of("x").withId(list)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EventMatcher.event("X").withData("a", list))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> QmpEvent.of("X", self)).isInstanceOf(IllegalArgumentException.class);
    }

    private static JsonNode nested(int levels) {
        ArrayNode innermost = JsonNodeFactory.instance.arrayNode();
        ArrayNode tree = innermost;
        for (int i = 1; i < levels; i++) {
            tree = JsonNodeFactory.instance.arrayNode().add(tree);
        }
        return tree;
    }

    @Test
    void nesting_goes_as_deep_as_qemu_does() {
        JsonNode deepest = nested(1023);

        JsonNode reply = qmp.executeRaw("{\"execute\": \"query-name\", \"id\": %s}".formatted(Json.print(deepest)));
        assertThat(Json.print(reply.path("id"))).isEqualTo(Json.print(deepest));
        assertThat(qmp.execute(QmpCommand.of("query-name").withId(deepest))).hasToString("{}");
        assertThatThrownBy(() -> qmp.execute(QmpCommand.of("query-name").withId(nested(1024))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nested deeper than 1,024 levels");
        assertThat(qmp.execute("query-name")).hasToString("{}");
    }

    @Test
    void more_than_qemu_reads_at_once_is_refused() {
        List<Integer> many = java.util.Collections.nCopies(1_100_000, 1);
        assertThatThrownBy(() -> qmp.execute(QmpCommand.of("query-name").withId(many)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tokens, and QEMU reads at most 2,097,152");
        assertThat(qmp.execute("query-name")).hasToString("{}");
    }
}
