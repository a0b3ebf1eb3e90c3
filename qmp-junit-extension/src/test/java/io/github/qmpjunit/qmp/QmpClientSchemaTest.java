package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import io.github.qmpjunit.qmp.schema.SchemaMember;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the installed QEMU says about itself, and what its client makes of it. */
class QmpClientSchemaTest {

    private static QemuMachine vm;

    @BeforeAll
    static void start() {
        vm = QemuMachine.builder().name("schema").start();
    }

    @AfterAll
    static void stop() {
        vm.close();
    }

    @Test
    void knows_the_commands_that_QEMU_lists() {
        List<String> listed = vm.qmp()
                .execute("query-commands")
                .valueStream()
                .map(command -> command.path("name").asString())
                .toList();

        assertThat(vm.qmp().schema().commands()).hasSizeGreaterThan(200).containsExactlyInAnyOrderElementsOf(listed);
        assertThat(vm.qmp().schema().events()).hasSizeGreaterThan(50);
    }

    @Test
    void knows_arguments_data_values_and_marks() {
        QmpSchema schema = vm.qmp().schema();

        assertThat(schema.hasArgument("blockdev-add", "node-name")).isTrue();
        assertThat(schema.hasArgument("blockdev-add", "l2-cache-size"))
                .as("of qcow2 alone")
                .isTrue();
        assertThat(schema.hasArgument("blockdev-add", "file.server.host"))
                .as("nbd in an alternate")
                .isTrue();
        assertThat(schema.hasArgument("blockdev-create", "options.cluster-size"))
                .isTrue();
        assertThat(schema.hasArgument("transaction", "actions.data.node")).isTrue();
        assertThat(schema.hasArgument("migrate", "channels.addr.host"))
                .isEqualTo(vm.qmp().greeting().version().isAtLeast(8, 2));
        assertThat(schema.hasArgument("blockdev-add", "nodename")).isFalse();
        assertThat(schema.hasValue("JOB_STATUS_CHANGE", "status", "concluded")).isTrue();
        assertThat(schema.hasValue("blockdev-add", "driver", "qcow2")).isTrue();
        assertThat(schema.isUnstable("x-blockdev-change")).isTrue();
        assertThat(schema.isDeprecated("query-status")).isFalse();
        assertThat(schema.isDeprecated("blockdev-backup", "sync")).isFalse();
        assertThat(schema.isUnstable("blockdev-backup", "x-perf")).isTrue();
        assertThat(schema.command("query-yank").outOfBand()).isTrue();
        assertThat(schema.command("query-status").returnType().members())
                .extracting(SchemaMember::name)
                .contains("running", "status");
        assertThat(schema.event("SHUTDOWN").data())
                .extracting(SchemaMember::name)
                .containsExactly("guest", "reason");
    }

    /** So a wait for what the schema does not know may be given up. */
    @Test
    void every_event_that_comes_is_in_the_schema() {
        try (QemuMachine machine = QemuMachine.builder().start()) {
            QmpSchema schema = machine.qmp().schema();
            QmpClient qmp = machine.qmp();
            qmp.execute("stop");
            qmp.execute("cont");
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "n", "size", 1 << 20));
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", "m", "size", 1 << 20));
            qmp.execute("blockdev-backup", Map.of("job-id", "j", "device", "n", "target", "m", "sync", "full"));
            qmp.execute("system_reset");
            qmp.execute("quit");
            machine.awaitExit(Duration.ofSeconds(10));

            assertThat(qmp.events().history())
                    .hasSizeGreaterThan(4)
                    .allSatisfy(event -> assertThat(EventMatcher.event(event.name())
                                    .withDataContaining(dataOf(event))
                                    .problemsIn(schema))
                            .isEmpty());
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> dataOf(QmpEvent event) {
        return Json.MAPPER.treeToValue(event.data(), Map.class);
    }

    @Test
    void a_mistyped_command_is_told_what_was_meant() {
        QmpErrorException error = errorOf(QmpCommand.of("query-statuss"));

        assertThat(error.errorClass()).isEqualTo("CommandNotFound");
        assertThat(error.hint()).hasValue("No command \"query-statuss\"; did you mean \"query-status\"?");
        assertThat(error).hasMessage("""
                        CommandNotFound: The command query-statuss has not been found
                          in reply to QMP client "schema": {"execute":"query-statuss"}
                          No command "query-statuss"; did you mean "query-status"?""");
        assertThat(errorOf(QmpCommand.of("info status")).hint())
                .hasValue("No command \"info status\"; a line of the human monitor goes through hmp(...)");
    }

    @Test
    void mistyped_arguments_are_told_what_was_meant_even_where_QEMU_speaks_of_others() {
        assertThat(errorOf(QmpCommand.of("blockdev-add", Map.of("driver", "null-co", "nodename", "x")))
                        .hint())
                .hasValue(
                        "blockdev-add with driver \"null-co\" has no argument \"nodename\"; did you mean \"node-name\"?");
        QmpErrorException missing = errorOf(QmpCommand.of(
                "blockdev-create",
                Map.of("job-id", "x", "options", Map.of("driver", "qcow2", "fiel", "x", "size", 1))));
        assertThat(missing.description()).contains("options.file").contains("missing");
        assertThat(missing.hint())
                .hasValueSatisfying(hint ->
                        assertThat(hint).endsWith("has no argument \"options.fiel\"; did you mean \"options.file\"?"));
        assertThat(errorOf(QmpCommand.of("blockdev-add", Map.of("driver", "nul-co", "node-name", "x")))
                        .hint())
                .hasValue("\"nul-co\" is not a value of blockdev-add's \"driver\"; did you mean \"null-co\"?");
    }

    @Test
    void an_error_that_no_typing_mistake_made_has_no_hint() {
        assertThat(errorOf(QmpCommand.of("blockdev-add", Map.of("driver", "raw", "node-name", "r", "file", "none")))
                        .hint())
                .hasValue("\"schema\" has no node \"none\"; there are none");
        assertThat(errorOf(QmpCommand.of("device_del", Map.of("id", "nope"))).hint())
                .hasValue("\"schema\" has no device \"nope\"; there are none");
        assertThat(errorOf(QmpCommand.of("device_add", Map.of("driver", "virtio-net", "any-property", 1)))
                        .hint())
                .isEmpty();
    }

    @Test
    void machines_of_the_same_program_share_their_schema_unless_options_change_it() {
        try (QemuMachine same = QemuMachine.builder().start();
                QemuMachine hiding = QemuMachine.builder()
                        .args("-compat", "deprecated-output=hide")
                        .start()) {
            QmpSchema schema = vm.qmp().schema();

            assertThat(same.qmp().schema()).isSameAs(schema);
            assertThat(hiding.qmp().schema()).isNotSameAs(schema);
            assertThat(schema.commands()).anyMatch(schema::isDeprecated);
            assertThat(hiding.qmp().schema().commands()).noneMatch(hiding.qmp().schema()::isDeprecated);
        }
    }

    @Test
    void a_storage_daemon_has_a_schema_of_its_own() {
        try (StorageDaemon daemon = StorageDaemon.builder().start()) {
            QmpSchema schema = daemon.qmp().schema();

            assertThat(schema.hasArgument("blockdev-add", "node-name")).isTrue();
            assertThat(schema.hasCommand("query-status")).isFalse();
            assertThat(vm.qmp().schema().hasCommand("query-status")).isTrue();
        }
    }

    private static QmpErrorException errorOf(QmpCommand command) {
        return catchThrowableOfType(QmpErrorException.class, () -> vm.qmp().execute(command));
    }
}
