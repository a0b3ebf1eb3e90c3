package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.qmpjunit.json.Json;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What Java values become on their way to QEMU. */
class JsonArgumentsTest {

    private static final com.fasterxml.jackson.databind.ObjectMapper JACKSON_2 =
            new com.fasterxml.jackson.databind.ObjectMapper();

    enum Driver {
        @JsonProperty("null-co")
        NULL_CO,
        qcow2
    }

    record Node(
            Driver driver,
            String nodeName,
            @JsonProperty("read-only") Optional<Boolean> readOnly,
            OptionalInt latency) {}

    record Names(
            String nodeName,
            int bps_rd,
            int xPerf,
            @JsonProperty("UUID") String uuid) {}

    static class Bean {
        public String getDevice() {
            return "sda";
        }

        @JsonProperty("speed-limit")
        public long speed() {
            return 1L << 40;
        }
    }

    record WithTree(Object node) {}

    @Test
    void a_record_leaves_out_what_it_does_not_have_as_QEMU_wants_it() {
        assertThat(arguments(new Node(Driver.NULL_CO, "n0", Optional.of(true), OptionalInt.of(5))))
                .isEqualTo("{'driver':'null-co','node-name':'n0','read-only':true,'latency':5}");
        assertThat(arguments(new Node(Driver.qcow2, null, Optional.empty(), OptionalInt.empty())))
                .isEqualTo("{'driver':'qcow2'}");
    }

    @Test
    void names_of_members_are_written_as_QEMU_writes_them() {
        assertThat(arguments(new Names("n", 1, 2, "u")))
                .isEqualTo("{'node-name':'n','bps_rd':1,'x-perf':2,'UUID':'u'}");
        assertThat(Json.MAPPER.readValue("{\"node-name\":\"n\",\"bps_rd\":1,\"x-perf\":2,\"UUID\":\"u\"}", Names.class))
                .isEqualTo(new Names("n", 1, 2, "u"));
    }

    @Test
    void a_null_in_a_map_is_sent_since_it_means_something_to_QEMU() {
        assertThat(arguments(Collections.singletonMap("backing", null))).isEqualTo("{'backing':null}");
        assertThat(arguments(Map.of("l", Collections.singletonList(null)))).isEqualTo("{'l':[null]}");
    }

    @Test
    void an_empty_optional_in_a_map_is_left_out() {
        assertThat(arguments(Map.of("x", Optional.empty()))).isEqualTo("{}");
        assertThat(arguments(Map.of("x", Optional.of(1)))).isEqualTo("{'x':1}");
    }

    @Test
    void a_bean_is_read_by_its_getters() {
        assertThat(arguments(new Bean()))
                .isIn("{'device':'sda','speed-limit':1099511627776}", "{'speed-limit':1099511627776,'device':'sda'}");
    }

    @Test
    void paths_and_files_become_their_path_and_not_an_address() {
        assertThat(arguments(Map.of("filename", Path.of("/tmp/a b")))).isEqualTo("{'filename':'/tmp/a b'}");
        assertThat(arguments(Map.of("filename", new File("/tmp/a")))).isEqualTo("{'filename':'/tmp/a'}");
        assertThat(arguments(Map.of("files", List.of(Path.of("a"))))).isEqualTo("{'files':['a']}");
    }

    @Test
    void a_text_that_is_no_command_is_refused_before_anything_is_sent() {
        assertThatThrownBy(() -> QmpCommand.parse("{\"run\": \"query-name\"}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A command is an object with \"execute\" or \"exec-oob\", but found {run: \"query-name\"}");
        assertThatThrownBy(() -> QmpCommand.parse("{\"execute\": \"x\", \"argument\": {}}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("A command has no member \"argument\"");
        assertThatThrownBy(() -> QmpCommand.parse("query-name"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot parse the command, it is not JSON");
        assertThat(QmpCommand.parse("{\"exec-oob\": \"yank\"}").isOutOfBand()).isTrue();
    }

    @Test
    void numbers_enumerations_times_and_bytes_become_what_people_write() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("size", 1L << 62);
        arguments.put("driver", Driver.qcow2);
        arguments.put("drivers", new Driver[] {Driver.NULL_CO});
        arguments.put("at", Instant.EPOCH);
        arguments.put("buf-b64", "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThat(arguments(arguments))
                .isEqualTo("{'size':4611686018427387904,'driver':'qcow2','drivers':['null-co'],"
                        + "'at':'1970-01-01T00:00:00Z','buf-b64':'aGVsbG8='}");
    }

    static Stream<Object> holders_of_jackson_2_trees() {
        Object tree = JACKSON_2.createObjectNode().put("driver", "null-co");
        return Stream.of(
                tree,
                Map.of("options", tree),
                Map.of("actions", List.of(tree)),
                Map.of("deep", Map.of("er", List.of(List.of(JACKSON_2.createArrayNode())))),
                Map.of("array", new Object[] {JACKSON_2.nullNode()}),
                Map.of("text", JACKSON_2.getNodeFactory().textNode("x")),
                Map.of("maybe", Optional.of(tree)),
                new WithTree(tree));
    }

    @ParameterizedTest
    @MethodSource("holders_of_jackson_2_trees")
    void a_tree_of_jackson_2_is_refused_wherever_it_stands(Object holder) {
        assertThatThrownBy(() -> QmpCommand.of("blockdev-add", holder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "Cannot turn the arguments of blockdev-add into JSON: com.fasterxml.jackson.databind.node.")
                .hasMessageContaining("is a tree of Jackson 2, and this library speaks Jackson 3; pass a Map, ");
    }

    @Test
    void a_tree_of_jackson_2_is_refused_as_expected_data_and_as_id() {
        Object tree = JACKSON_2.createObjectNode();

        assertThatThrownBy(() -> EventMatcher.anyEvent().withData("a", tree)).hasMessageContaining("Jackson 2");
        assertThatThrownBy(() -> QmpCommand.of("stop").withId(tree)).hasMessageContaining("Jackson 2");
    }

    @Test
    void a_command_is_put_together_argument_by_argument() {
        QmpCommand bare = QmpCommand.of("blockdev-add");
        QmpCommand one = bare.with("node-name", "disk0");
        QmpCommand two = one.with("file.filename", Path.of("/a"))
                .with("read-only", true)
                .with("cache", Map.of("direct", false))
                .with("size", 1L << 40);

        assertThat(arguments(two))
                .isEqualTo(
                        "{'node-name':'disk0','file.filename':'/a','read-only':true,'cache':{'direct':false},'size':1099511627776}");
        assertThat(arguments(one)).isEqualTo("{'node-name':'disk0'}");
        assertThat(bare.arguments()).isEmpty();
        assertThat(arguments(QmpCommand.of("x", Map.of("a", 1)).with("b", List.of("c"))))
                .isEqualTo("{'a':1,'b':['c']}");
    }

    @Test
    void what_goes_along_with_a_command_stays_when_an_argument_is_added() {
        QmpCommand command = QmpCommand.of("yank")
                .outOfBand()
                .withId("own")
                .withTimeout(Duration.ofSeconds(7))
                .with("instances", List.of());

        assertThat(command.isOutOfBand()).isTrue();
        assertThat(command.id())
                .hasValueSatisfying(id -> assertThat(id.asString()).isEqualTo("own"));
        assertThat(command.timeout()).hasValue(Duration.ofSeconds(7));
    }

    @Test
    void a_tree_of_the_callers_is_not_changed() {
        ObjectNode own = JsonNodeFactory.instance.objectNode().put("a", 1);

        QmpCommand command = QmpCommand.of("x", own).with("b", 2);
        own.put("c", 3);

        assertThat(arguments(command)).isEqualTo("{'a':1,'b':2}");
    }

    @Test
    void a_command_is_a_template() {
        QmpCommand template = QmpCommand.of("blockdev-add")
                .with("driver", "file")
                .with("node-name", "a")
                .with("filename", "/a");

        assertThat(arguments(template.with("node-name", "b")))
                .isEqualTo("{'driver':'file','node-name':'b','filename':'/a'}");
        assertThat(arguments(template.with("filename", null)))
                .isEqualTo("{'driver':'file','node-name':'a','filename':null}");
        assertThat(arguments(template.without("node-name"))).isEqualTo("{'driver':'file','filename':'/a'}");
        assertThat(arguments(template)).isEqualTo("{'driver':'file','node-name':'a','filename':'/a'}");
        assertThat(QmpCommand.of("stop").with("a", 1).without("a").arguments()).isEmpty();
        assertThat(arguments(QmpCommand.parse("{'execute': 'x', 'arguments': {'b': 1, 'a': 2}}".replace('\'', '"'))
                        .with("b", 3)))
                .isEqualTo("{'b':3,'a':2}");
    }

    @Test
    void an_argument_that_is_none_is_refused() {
        QmpCommand command = QmpCommand.of("blockdev-add").with("driver", "file");

        assertThatThrownBy(() -> command.with(null, 1)).hasMessage("argument must not be null");
        assertThatThrownBy(() -> command.without("filename"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("blockdev-add has no argument \"filename\" to leave out; it has driver");
        assertThatThrownBy(() -> command.with("backing", JACKSON_2.createObjectNode()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot turn the argument \"backing\" of blockdev-add into JSON: ");
        assertThat(arguments(command.with("backing", JsonNodeFactory.instance.nullNode())))
                .isEqualTo("{'driver':'file','backing':null}");
    }

    @Test
    void an_object_has_nulls_and_as_many_members_as_it_likes_in_their_order() {
        assertThat(arguments(QmpJson.object(
                        "l",
                        1,
                        "k",
                        null,
                        "j",
                        2,
                        "i",
                        3,
                        "h",
                        4,
                        "g",
                        5,
                        "f",
                        6,
                        "e",
                        7,
                        "d",
                        8,
                        "c",
                        9,
                        "b",
                        10,
                        "a",
                        QmpJson.object("z", null, "y", true))))
                .isEqualTo(
                        "{'l':1,'k':null,'j':2,'i':3,'h':4,'g':5,'f':6,'e':7,'d':8,'c':9,'b':10,'a':{'z':null,'y':true}}");
        assertThatThrownBy(() -> QmpJson.object("a"))
                .hasMessage("Members are names and values in turn, but the last name, a, has no value");
        assertThatThrownBy(() -> QmpJson.object("a", 1, "a", 2)).hasMessage("The member \"a\" comes twice");
        assertThatThrownBy(() -> QmpJson.object("a", 1, 2, 3))
                .hasMessage("The name of member 2 must be a string, but is 2");
    }

    @Test
    void commands_become_a_transaction() {
        QmpCommand transaction = QmpCommand.transaction(
                        QmpCommand.of("blockdev-backup", Map.of("job-id", "j")), QmpCommand.of("abort"))
                .with("properties", Map.of("completion-mode", "grouped"));

        assertThat(transaction.name()).isEqualTo("transaction");
        assertThat(arguments(transaction))
                .isEqualTo(
                        "{'actions':[{'type':'blockdev-backup','data':{'job-id':'j'}},{'type':'abort','data':{}}],'properties':{'completion-mode':'grouped'}}");
        assertThatThrownBy(QmpCommand::transaction).hasMessage("A transaction needs at least one command");
        assertThatThrownBy(() -> QmpCommand.transaction(QmpCommand.of("abort").withId(1)))
                .hasMessageStartingWith("abort cannot be in a transaction as it is");
    }

    private static String arguments(Object arguments) {
        return arguments(QmpCommand.of("x", arguments));
    }

    private static String arguments(QmpCommand command) {
        return command.arguments().map(Object::toString).orElse("{}").replace('"', '\'');
    }
}
