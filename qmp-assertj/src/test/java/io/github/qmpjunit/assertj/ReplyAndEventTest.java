package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.QMP_CLIENT;
import static io.github.qmpjunit.assertj.QmpAssertions.QMP_EVENT;
import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.assertj.QmpAssertions.containing;
import static io.github.qmpjunit.assertj.QmpAssertions.exactly;
import static io.github.qmpjunit.assertj.QmpAssertions.matching;
import static io.github.qmpjunit.qmp.QmpEvents.RESET;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.SHUTDOWN;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Commands, replies, events, listeners, consoles, processes; on a real QEMU. */
@QemuTest
class ReplyAndEventTest {

    private static final Duration SHORT = Duration.ofMillis(60);

    @Test
    void a_commands_error_is_expected(QmpClient qmp) {
        assertThat(qmp)
                .executing("device_del", Map.of("id", "nope"))
                .failsWith("DeviceNotFound")
                .failsWithDescriptionContaining("'nope'");
        assertThatThrownBy(() -> assertThat(qmp)
                        .executing("device_del", Map.of("id", "nope"))
                        .failsWith("GenericError"))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        "%nExpecting command {\"execute\":\"device_del\",\"arguments\":{\"id\":\"nope\"}} of QMP client \"vm\":%n"
                                        .formatted()
                                + "  to fail with GenericError%nbut it failed with DeviceNotFound: Device 'nope' not found"
                                        .formatted());
        assertThatThrownBy(() -> assertThat(qmp).executing("query-name").failsWith("GenericError"))
                .isInstanceOf(AssertionError.class)
                .hasMessageEndingWith("to fail with GenericError%nbut it returned:%n  {}".formatted());
        assertThatThrownBy(() -> assertThat(qmp)
                        .executing("device_del", Map.of("id", "nope"))
                        .failsWithDescriptionContaining("100%"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(
                        "to fail with a description containing \"100%\"\nbut it failed with DeviceNotFound");
    }

    @Test
    void a_commands_value_is_expected_by_path(QmpClient qmp) {
        assertThat(qmp)
                .executing("query-status")
                .returns("status", "running")
                .returns("running", true)
                .succeeds();
        assertThat(qmp)
                .executing("query-version")
                .returnsSatisfying(version ->
                        assertThat(version.path("qemu").path("major").asInt()).isGreaterThan(6));
        assertThatThrownBy(() -> assertThat(qmp).executing("query-status").returns("status", "paused"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to return status = \"paused\"\nbut it is \"running\" in:\n  {");
        assertThatThrownBy(() -> assertThat(qmp).executing("query-status").returns("state", 1))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("but there is nothing at state. It returned:");
        assertThatThrownBy(() -> assertThat(qmp).executing("no-such-command").succeeds())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to succeed\nbut it failed with CommandNotFound");
    }

    @Test
    void a_reply_is_awaited(QmpClient qmp) {
        qmp.executeAsync(QmpCommand.of("stop"));

        assertThat(qmp).awaitReply("query-status").with("status", "paused").with("running", false);
        assertThatThrownBy(() ->
                        assertThat(qmp).within(SHORT).awaitReply("query-status").with("status", "running"))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "%nExpecting QMP client \"vm\":%n  to reply to query-status with status = \"running\"%nwithin 60 ms, but status is \"paused\". The last answer was:%n  {status: \"paused\""
                                .formatted());
        assertThat(qmp).awaitReply(QmpCommand.of("query-block")).withMatching("of no device", reply -> reply.isEmpty());
    }

    @Test
    void a_reply_cannot_come_from_a_qemu_that_has_gone() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            vm.kill();
            vm.awaitExit(Duration.ofSeconds(20));

            assertThatThrownBy(() -> assertThat(vm)
                            .within(Duration.ofDays(1))
                            .awaitReply("query-status")
                            .with("status", "x"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("but its connection ended:")
                    .hasMessageContaining("signal 9");
        }
    }

    @Test
    void an_event_is_checked(QmpClient qmp) {
        qmp.execute("system_reset");
        QmpEvent event = assertThat(qmp).awaitEvent(RESET).event();

        assertThat(event)
                .isNamed(RESET)
                .hasData("reason", "host-qmp-system-reset")
                .hasData("guest", false)
                .hasNoData("x");
        assertThatThrownBy(() -> assertThat(event).as("after %s", 5).isNamed(STOP))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("[after 5]")
                .hasMessageContaining("to be named STOP");
        assertThatThrownBy(() -> assertThat(event).hasData("guest", true))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to be any event with data guest = true\nbut guest differs");
        assertThatThrownBy(() -> assertThat((QmpEvent) null).isNamed(STOP)).hasMessageContaining("not to be null");
    }

    @Test
    void a_listener_is_awaited_and_has_a_history(QmpClient qmp) {
        try (QmpEventListener listener = qmp.listen(STOP, RESUME)) {
            qmp.execute("stop");
            qmp.execute("cont");

            assertThat(listener).awaitEvent();
            assertThat(listener).awaitEvent(RESUME);
            assertThat(listener).isEmpty().hasHistory(STOP, RESUME);
            assertThatThrownBy(() -> assertThat(listener).hasHistory(STOP))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(
                            "a listener for STOP or RESUME:\n  to have heard [STOP]\nbut it has heard:\n  STOP\n  RESUME");
            assertThatThrownBy(() -> assertThat(listener).within(SHORT).awaitEvent(STOP))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("matches, but an earlier assertion has consumed it");
            qmp.execute("stop");
            assertThatThrownBy(() -> assertThat(listener).isEmpty()).hasMessageContaining("but it has:\n  STOP");
        }
    }

    @Test
    void an_exit_is_awaited(QemuMachine vm) {
        assertThatThrownBy(() -> assertThat(vm).within(SHORT).exitsWith(0))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to exit with status 0\nwithin 60 ms, but it still runs");
        vm.qmp().execute("quit");

        assertThat(vm).exitsWith(0);
        assertThat(vm).awaitEvent(SHUTDOWN).withData("reason", "host-qmp-quit");
        assertThatThrownBy(() -> assertThat(vm).exitsWith(67))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(
                        "to exit with status 67\nbut:\n  QEMU \"vm\" (pid %s) exited with status 0", vm.pid());
    }

    @Test
    void a_console_is_awaited_line_by_line() {
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .paused()
                .qtest()
                .console("com1")
                .start()) {
            "one\r\ntwo 2\r\nlogin: ".chars().forEach(letter -> vm.qtest().outb(0x3f8, letter));

            assertThat(vm.console())
                    .awaitLine(exactly("one"))
                    .awaitLine(matching("two \\d"))
                    .awaitLine(containing("login:"));
            assertThatThrownBy(() -> assertThat(vm.console()).within(SHORT).awaitText("one"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("Expecting a line containing \"one\", but:")
                    .hasMessageContaining("has not written \"one\" within 60 ms")
                    .hasMessageContaining("within 60 ms; its last lines are:");
        }
    }

    @Test
    void standard_error_is_awaited() {
        try (QemuMachine vm = QemuMachine.builder().args("-trace", "qmp_job*").start()) {
            assertThat(vm).isRunning();
            assertThatThrownBy(() -> assertThat(vm).within(SHORT).awaitStderr("never"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(
                            "QEMU \"vm\"'s standard error has not written \"never\" within 60 ms; it has written nothing");
        }
    }

    @Test
    void standard_error_is_found_wherever_it_stands() {
        try (QemuMachine vm = QemuMachine.builder()
                .artefacts(Path.of("target/artefacts"))
                .args("-trace", "handle_qmp_command")
                .start()) {
            vm.qmp().execute("query-name");

            assertThat(vm).awaitStderr("query-name").stderrContains("query-name");
            assertThatThrownBy(() -> assertThat(vm).within(SHORT).awaitStderr("never"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith(
                            "%nQEMU \"vm\"'s standard error has not written \"never\" within 60 ms".formatted())
                    .hasMessageEndingWith("\nArtefacts: target/artefacts");
        }
    }

    @Test
    void a_machines_and_a_daemons_artefacts_are_named_however_they_end() {
        Path directory = Path.of("target/artefacts");
        try (QemuMachine vm = QemuMachine.builder().artefacts(directory).start();
                StorageDaemon daemon =
                        StorageDaemon.builder().artefacts(directory).start()) {
            assertThat(vm.artefacts()).contains(directory);
            for (ThrowingCallable assertion : List.<ThrowingCallable>of(
                    () -> assertThat(vm).within(SHORT).awaitEvent(STOP),
                    () -> assertThat(vm).within(SHORT).awaitStatus("paused"),
                    () -> assertThat(vm).within(SHORT).exitsWith(0),
                    () -> assertThat(daemon).within(SHORT).awaitEvent(STOP))) {
                assertThatThrownBy(assertion)
                        .isInstanceOf(AssertionError.class)
                        .hasMessageEndingWith("\nArtefacts: target/artefacts");
            }
            vm.qmp().execute("quit");
            daemon.qmp().execute("quit");
            assertThat(vm).exitsWith(0);
            for (ThrowingCallable assertion : List.<ThrowingCallable>of(
                    () -> assertThat(vm).awaitEvent(STOP),
                    () -> assertThat(vm).isRunning(),
                    () -> assertThat(vm).exitsWith(1),
                    () -> assertThat(daemon).awaitEvent(STOP))) {
                assertThatThrownBy(assertion)
                        .isInstanceOf(AssertionError.class)
                        .hasMessageEndingWith("\nArtefacts: target/artefacts");
            }
        }
    }

    @Test
    void a_storage_daemon_has_the_same_assertions() {
        try (StorageDaemon daemon = StorageDaemon.builder().start()) {
            assertThat(daemon).isRunning().awaitNoJobs();
            assertThat(daemon).executing("query-named-block-nodes").succeeds();
            daemon.qmp().execute("quit");
            assertThatThrownBy(() -> assertThat(daemon).awaitEvent(STOP)).hasMessageContaining("its connection ended:");
            assertThatThrownBy(() -> assertThat(daemon).isRunning())
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith(
                            "%nExpecting storage daemon \"storage\":%n  to be running%nbut:%n  qemu-storage-daemon \"storage\" (pid "
                                    .formatted())
                    .hasMessageContaining(") exited with status 0");
        }
    }

    @Test
    void AssertJs_own_ways_lead_here(QemuMachine vm) {
        vm.qmp().execute("stop");

        assertThat(vm.qmp().events().history()).first(QMP_EVENT).isNamed(STOP);
        assertThat((Object) vm)
                .extracting(machine -> ((QemuMachine) machine).qmp(), QMP_CLIENT)
                .awaitEvent(STOP);
    }

    @Test
    void soft_assertions_collect(QmpClient qmp) {
        qmp.execute("stop");
        QmpEvent event = assertThat(qmp).awaitEvent(STOP).event();
        QmpSoftAssertions softly = new QmpSoftAssertions();
        softly.assertThat(event).isNamed(RESUME);
        softly.assertThat(event).hasData("x", 1);
        softly.check(() -> assertThat(qmp).within(SHORT).awaitEvent(RESUME));

        assertThatThrownBy(softly::assertAll)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to be named RESUME")
                .hasMessageContaining("x is missing")
                .hasMessageContaining("to receive RESUME");
    }
}
