package io.github.qmpjunit.qmp.schema;

import static io.github.qmpjunit.qmp.EventMatcher.anyEvent;
import static io.github.qmpjunit.qmp.EventMatcher.anyOf;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpCommand;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** On a schema written by hand, in which each kind of type occurs and one contains itself. */
class QmpSchemaTest {

    private static final QmpSchema SCHEMA = read();

    private static QmpSchema read() {
        try (InputStream json = QmpSchemaTest.class.getResourceAsStream("schema.json")) {
            return QmpSchema.of(Json.MAPPER.readTree(json));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> checkEvent(EventMatcher matcher) {
        return matcher.problemsIn(SCHEMA);
    }

    private static List<String> checkCommand(QmpCommand command) {
        return SCHEMA.checkCommand(command.name(), command.arguments().orElse(null));
    }

    @Test
    void lists_commands_and_events_in_order() {
        assertThat(SCHEMA.commands())
                .containsExactly("add-node", "dangling", "device_add", "do-all", "query-jobs", "set-any");
        assertThat(SCHEMA.events()).containsExactly("JOB_STATUS_CHANGE", "NODE_ADDED", "STOP");
        assertThat(SCHEMA.hasCommand("add-node")).isTrue();
        assertThat(SCHEMA.hasCommand("STOP")).isFalse();
        assertThat(SCHEMA.hasEvent("STOP")).isTrue();
        assertThat(SCHEMA.hasEvent("add-node")).isFalse();
        assertThat(SCHEMA).hasToString("QmpSchema with 6 commands and 3 events");
    }

    @Test
    void describes_a_command() {
        SchemaCommand command = SCHEMA.command("add-node");

        assertThat(command.arguments()).extracting(SchemaMember::name).containsExactly("driver", "node-name", "size");
        assertThat(command.arguments()).extracting(SchemaMember::optional).containsExactly(false, true, true);
        assertThat(command.arguments()).extracting(SchemaMember::isDeprecated).containsExactly(false, false, true);
        assertThat(command.isUnstable()).isTrue();
        assertThat(command.isDeprecated()).isFalse();
        assertThat(command.outOfBand()).isFalse();
        assertThat(command.argumentType()).hasToString("{driver, node-name?, size?, ...}");
        assertThat(command.argumentType().tag()).hasValue("driver");
        assertThat(command.argumentType().features()).containsExactly("shiny");
        assertThat(command.argumentType().variants()).containsOnlyKeys("raw", "cow");
        assertThat(command.argumentType().variants().get("raw").members())
                .extracting(SchemaMember::name)
                .containsExactly("file", "offset");
        assertThat(SCHEMA.command("add-node")).isEqualTo(command).hasSameHashCodeAs(command);
    }

    @Test
    void describes_each_kind_of_type() {
        SchemaType driver = SCHEMA.command("add-node").arguments().get(0).type();
        assertThat(driver.kind()).isEqualTo(SchemaType.Kind.ENUM);
        assertThat(driver.values()).containsExactly("raw", "cow", "old");
        assertThat(driver.valueFeatures("old")).containsExactly("deprecated");
        assertThat(driver.valueFeatures("raw")).isEmpty();
        assertThat(driver).hasToString("\"raw\"|\"cow\"|\"old\"");

        SchemaType jobs = SCHEMA.command("query-jobs").returnType();
        assertThat(jobs.kind()).isEqualTo(SchemaType.Kind.ARRAY);
        assertThat(jobs.elementType().orElseThrow()).hasToString("{id, status}");
        assertThat(SCHEMA.command("query-jobs").outOfBand()).isTrue();

        SchemaType backing = SCHEMA.command("add-node")
                .argumentType()
                .variants()
                .get("cow")
                .members()
                .get(1)
                .type();
        assertThat(backing.kind()).isEqualTo(SchemaType.Kind.ALTERNATE);
        assertThat(backing.alternatives()).extracting(SchemaType::jsonType).containsExactly("object", "string", "null");

        assertThat(SCHEMA.event("STOP").dataType().kind()).isEqualTo(SchemaType.Kind.OBJECT);
        assertThat(SCHEMA.event("STOP").data()).isEmpty();
        assertThat(SCHEMA.event("NODE_ADDED").isDeprecated()).isTrue();
    }

    @Test
    void an_enumeration_of_an_old_QEMU_has_values_alone() {
        assertThat(SCHEMA.event("JOB_STATUS_CHANGE").data().get(1).type().values())
                .containsExactly("created", "running", "concluded");
    }

    @ParameterizedTest
    @CsvSource({
        "add-node, driver",
        "add-node, offset",
        "add-node, backing",
        "add-node, file.node-name",
        "add-node, file.file.file.offset",
        "do-all, actions",
        "do-all, actions[0].driver",
        "do-all, actions.driver",
        "do-all, actions[7].file.backing.offset",
        "do-all, grid[0][1].status",
        "do-all, grid.status",
        "set-any, value.what.ever[3]",
        "dangling, lost.in.space",
        "dangling, new-kind[0].x",
    })
    void finds_an_argument_by_its_path(String command, String path) {
        assertThat(SCHEMA.hasArgument(command, path)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "add-node, nodename",
        "add-node, file.backing.x",
        "add-node, driver.x",
        "add-node, driver[0]",
        "do-all, actions[0][0]",
        "do-all, grid[0].status.x",
        "set-any, on.x",
        "query-jobs, id",
        "no-such, id",
        "STOP, id",
    })
    void does_not_find_what_cannot_be_there(String command, String path) {
        assertThat(SCHEMA.hasArgument(command, path)).isFalse();
    }

    @Test
    void finds_data_and_values_and_features() {
        assertThat(SCHEMA.hasData("NODE_ADDED", "node.file.driver")).isTrue();
        assertThat(SCHEMA.hasData("NODE_ADDED", "driver")).isFalse();
        assertThat(SCHEMA.hasData("add-node", "driver")).isFalse();
        assertThat(SCHEMA.hasValue("JOB_STATUS_CHANGE", "status", "concluded")).isTrue();
        assertThat(SCHEMA.hasValue("JOB_STATUS_CHANGE", "status", "conclude")).isFalse();
        assertThat(SCHEMA.hasValue("JOB_STATUS_CHANGE", "id", "concluded")).isFalse();
        assertThat(SCHEMA.hasValue("add-node", "file.driver", "cow")).isTrue();
        assertThat(SCHEMA.hasValue("no-such", "driver", "cow")).isFalse();
        assertThat(SCHEMA.features("add-node")).containsExactly("unstable");
        assertThat(SCHEMA.features("no-such")).isEmpty();
        assertThat(SCHEMA.isUnstable("add-node")).isTrue();
        assertThat(SCHEMA.isDeprecated("add-node")).isFalse();
        assertThat(SCHEMA.isDeprecated("NODE_ADDED")).isTrue();
        assertThat(SCHEMA.isDeprecated("add-node", "size")).isTrue();
        assertThat(SCHEMA.isDeprecated("do-all", "actions.size")).isTrue();
        assertThat(SCHEMA.isDeprecated("add-node", "driver")).isFalse();
        assertThat(SCHEMA.isUnstable("add-node", "size")).isFalse();
    }

    @Test
    void suggests_what_was_meant() {
        assertThat(SCHEMA.suggestionsForCommand("add_nodes")).containsExactly("add-node");
        assertThat(SCHEMA.suggestionsForEvent("job_status_changed")).containsExactly("JOB_STATUS_CHANGE");
        assertThat(SCHEMA.suggestionsForPath("add-node", "nodename")).containsExactly("node-name");
        assertThat(SCHEMA.suggestionsForPath("do-all", "actions[0].fil.x")).containsExactly("actions[0].file");
        assertThat(SCHEMA.suggestionsForPath("add-node", "driver")).isEmpty();
        assertThat(SCHEMA.suggestionsForPath("no-such", "driver")).isEmpty();
        assertThat(SCHEMA.unknownCommand("query-job"))
                .isEqualTo("No command \"query-job\"; did you mean \"query-jobs\"?");
        assertThat(SCHEMA.unknownCommand("frobnicate")).isEqualTo("No command \"frobnicate\"");
        assertThat(SCHEMA.unknownCommand("device_add virtio-rng-pci"))
                .isEqualTo(
                        "No command \"device_add virtio-rng-pci\"; did you mean \"device_add\"? Arguments go along as a Map");
        assertThat(SCHEMA.unknownCommand("info status"))
                .as("where there is no human monitor")
                .isEqualTo("No command \"info status\"");
        assertThatThrownBy(() -> SCHEMA.command("query-job"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("No command \"query-job\"; did you mean \"query-jobs\"?");
        assertThatThrownBy(() -> SCHEMA.event("STOPP"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("No event STOPP; did you mean STOP?");
    }

    @Test
    void a_right_wait_has_no_problems() {
        assertThat(List.of(
                        anyEvent(),
                        event("STOP"),
                        event("JOB_STATUS_CHANGE").withData("id", "j").withData("status", "concluded"),
                        event("JOB_STATUS_CHANGE").withDataContaining(Map.of("status", "running")),
                        event("JOB_STATUS_CHANGE").withDataMatching("status", "is odd", value -> true),
                        event("JOB_STATUS_CHANGE").withoutData("error").where("it is late", e -> true),
                        event("NODE_ADDED").withData("node.size", 5).withData("node.size", 5.0),
                        event("NODE_ADDED").withData("node.file", "f").withData("node.file.offset", 1),
                        event("NODE_ADDED").withData("node.backing", null),
                        event("NODE_ADDED").withData("parents[1]", "p").withData("parents", List.of("p")),
                        event("NODE_ADDED").withData("node", Map.of("driver", "raw", "file", Map.of("driver", "cow"))),
                        anyEvent().withData("status", "running"),
                        anyOf("STOP", "STOP_OF_ANOTHER_QEMU")))
                .allSatisfy(matcher -> assertThat(checkEvent(matcher)).isEmpty());
    }

    @Test
    void a_wait_for_what_never_comes_is_told_why() {
        assertThat(checkEvent(event("JOB_STATUS_CHANGED").withData("x", 1)))
                .containsExactly("No event JOB_STATUS_CHANGED; did you mean JOB_STATUS_CHANGE?");
        assertThat(checkEvent(event("JOB_STATUS_CHANGE").withData("stat", "running")))
                .containsExactly("JOB_STATUS_CHANGE has no data \"stat\"; did you mean \"status\"?");
        assertThat(checkEvent(event("JOB_STATUS_CHANGE").withDataMatching("stat", "is odd", value -> true)))
                .containsExactly("JOB_STATUS_CHANGE has no data \"stat\"; did you mean \"status\"?");
        assertThat(checkEvent(event("JOB_STATUS_CHANGE").withData("status", "conclude")))
                .containsExactly(
                        "\"conclude\" is not a value of JOB_STATUS_CHANGE's \"status\"; did you mean \"concluded\"?");
        assertThat(checkEvent(event("JOB_STATUS_CHANGE").withData("status", "dead")))
                .containsExactly("\"dead\" is not a value of JOB_STATUS_CHANGE's \"status\"; "
                        + "it has \"created\", \"running\", \"concluded\"");
        assertThat(checkEvent(event("JOB_STATUS_CHANGE").withData("id", 5).withData("progress", 1)))
                .containsExactly(
                        "JOB_STATUS_CHANGE's \"id\" is a string, never 5",
                        "JOB_STATUS_CHANGE has no data \"progress\"; it has \"id\", \"status\"");
        assertThat(checkEvent(event("JOB_STATUS_CHANGE").withDataContaining(Map.of("stats", "x"))))
                .containsExactly("JOB_STATUS_CHANGE has no data \"stats\"; did you mean \"status\"?");
        assertThat(checkEvent(event("STOP").withData("id", 5))).containsExactly("STOP has no data \"id\"; it has none");
        assertThat(checkEvent(event("NODE_ADDED").withData("node.file.offst", 5)))
                .containsExactly("NODE_ADDED has no data \"node.file.offst\"; did you mean \"node.file.offset\"?");
        assertThat(checkEvent(event("NODE_ADDED").withData("node.backing", 5)))
                .containsExactly("NODE_ADDED's \"node.backing\" is an object or string or null, never 5");
    }

    @Test
    void a_path_in_data_needs_its_places() {
        assertThat(checkEvent(event("NODE_ADDED").withData("jobs[0].id", "j"))).isEmpty();
        assertThat(SCHEMA.hasData("NODE_ADDED", "jobs.id")).isTrue();
        assertThat(checkEvent(event("NODE_ADDED").withData("jobs.id", "j")))
                .containsExactly("NODE_ADDED has no data \"jobs.id\"");
    }

    @Test
    void of_several_events_one_that_may_come_is_enough() {
        assertThat(checkEvent(anyOf("STOP", "JOB_STATUS_CHANGE").withData("id", "j")))
                .isEmpty();
        assertThat(checkEvent(anyOf("STOP", "JOB_STATUS_CHANGE").withData("ids", "j")))
                .containsExactly(
                        "STOP has no data \"ids\"; it has none",
                        "JOB_STATUS_CHANGE has no data \"ids\"; did you mean \"id\"?");
        assertThat(checkEvent(anyEvent().withData("ids", "j")))
                .containsExactly("No event has data \"ids\"; did you mean \"id\"?");
        assertThat(checkEvent(anyEvent().withData("status", "dead")))
                .containsExactly("No event has data status = \"dead\"");
        assertThat(checkEvent(anyEvent().withDataContaining(Map.of("x", "y"))))
                .containsExactly("No event has data like {x: \"y\"}");
    }

    @Test
    void a_right_command_has_no_problems() {
        assertThat(List.of(
                        QmpCommand.of("query-jobs"),
                        QmpCommand.of("add-node", Map.of("driver", "raw", "file", "f", "offset", 5)),
                        QmpCommand.of("add-node", Map.of("driver", "old", "size", 5)),
                        QmpCommand.of(
                                "add-node",
                                Map.of("driver", "cow", "file", Map.of("driver", "raw", "file", "f"), "backing", "b")),
                        QmpCommand.of("add-node", Map.of("driver", "cow", "file", "f"))
                                .with("backing", JsonNodeFactory.instance.nullNode()),
                        QmpCommand.of("set-any", Map.of("value", Map.of("a", List.of(1)), "on", true)),
                        QmpCommand.of("device_add", Map.of("driver", "d", "any-property", 5)),
                        QmpCommand.of("dangling", Map.of("lost", 5, "new-kind", List.of()))))
                .allSatisfy(command -> assertThat(checkCommand(command)).isEmpty());
    }

    @Test
    void mandatory_arguments_that_are_missing_are_named_at_any_depth() {
        assertThat(SCHEMA.checkCommand("set-any", null))
                .containsExactly(
                        "set-any lacks the argument \"value\", which is mandatory",
                        "set-any lacks the argument \"on\", which is mandatory");
        assertThat(checkCommand(QmpCommand.of("add-node", Map.of("driver", "raw"))))
                .containsExactly("add-node with driver \"raw\" lacks the argument \"file\", which is mandatory");
        assertThat(checkCommand(QmpCommand.of("add-node", Map.of("driver", "raw", "file", Map.of("driver", "cow")))))
                .containsExactly("add-node with driver \"cow\" lacks the argument \"file.file\", which is mandatory");
        assertThat(checkCommand(QmpCommand.of(
                        "do-all", Map.of("actions", List.of(Map.of("driver", "old"), Map.of()), "grid", List.of()))))
                .containsExactly("do-all lacks the argument \"actions[1].driver\", which is mandatory");
    }

    @Test
    void a_mistyped_command_is_told_what_was_meant() {
        assertThat(checkCommand(QmpCommand.of("ad-node", Map.of("x", 1))))
                .containsExactly("No command \"ad-node\"; did you mean \"add-node\"?");
        assertThat(checkCommand(QmpCommand.of("query-jobs", Map.of("x", 1))))
                .containsExactly("query-jobs has no argument \"x\"; it has none");
        assertThat(checkCommand(QmpCommand.of("add-node", Map.of("driver", "ra", "nodename", "x"))))
                .containsExactlyInAnyOrder(
                        "\"ra\" is not a value of add-node's \"driver\"; did you mean \"raw\"?",
                        "add-node has no argument \"nodename\"; did you mean \"node-name\"?");
        assertThat(checkCommand(QmpCommand.of("set-any", Map.of("on", "yes"))))
                .containsExactly("set-any's \"on\" is a boolean, never \"yes\"");
        assertThat(checkCommand(
                        QmpCommand.of("do-all", Map.of("actions", List.of(Map.of("driver", "raw", "fil", "x"))))))
                .containsExactly(
                        "do-all with driver \"raw\" has no argument \"actions[0].fil\"; did you mean \"actions[0].file\"?");
    }

    @Test
    void an_argument_that_is_given_already_is_not_suggested() {
        assertThat(checkCommand(QmpCommand.of("add-node", Map.of("driver", "raw", "node-name", "n", "node_name", "n"))))
                .singleElement()
                .asString()
                .doesNotContain("did you mean");
    }

    @Test
    void the_tag_decides_which_arguments_there_are() {
        assertThat(checkCommand(QmpCommand.of("add-node", Map.of("driver", "cow", "offset", 5))))
                .containsExactly("add-node with driver \"cow\" has no argument \"offset\"; "
                        + "it has \"driver\", \"node-name\", \"size\", \"file\", \"backing\"");
        assertThat(checkCommand(QmpCommand.of("add-node", Map.of("offset", 5))))
                .as("no tag, any variant")
                .containsExactly("add-node lacks the argument \"driver\", which is mandatory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "null", "5", "[5]", "[{\"name\": \"x\"}]"})
    void refuses_what_is_no_schema(String json) {
        assertThatThrownBy(() -> QmpSchema.of(Json.MAPPER.readTree(json)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("schema entities");
    }
}
