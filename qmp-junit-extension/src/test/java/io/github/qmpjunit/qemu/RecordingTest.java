package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qemu.process.StartAttempt;
import io.github.qmpjunit.qmp.QmpTranscript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report needs of a machine, or of what is left of one. */
class RecordingTest {

    @Test
    void each_machine_of_a_definition_has_a_record_of_its_own() {
        QemuMachineBuilder definition = QemuMachine.builder().recording();
        try (QemuMachine first = definition.start();
                QemuMachine second = definition.start()) {
            first.qmp().execute("query-status");

            assertThat(sent(first)).containsExactly("qmp_capabilities", "query-status");
            assertThat(sent(second)).containsExactly("qmp_capabilities");
        }
    }

    @Test
    void a_transcript_of_the_users_own_goes_on_beside_it(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("qmp.jsonl");
        try (QemuMachine vm = QemuMachine.builder()
                .transcript(() -> QmpTranscript.to(file))
                .recording()
                .start()) {
            vm.qmp().execute("query-status");

            assertThat(sent(vm)).containsExactly("qmp_capabilities", "query-status");
            assertThat(Files.readString(file)).contains("query-status");
        }
    }

    @Test
    void without_being_asked_nothing_is_recorded() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            assertThat(vm.transcript()).isEmpty();
        }
    }

    @Test
    void a_storage_daemon_records_as_well() {
        try (StorageDaemon daemon = StorageDaemon.builder().recording().start()) {
            assertThat(sent(daemon.transcript().orElseThrow())).containsExactly("qmp_capabilities");
        }
    }

    @Test
    void of_a_start_that_fails_the_parts_are_left() {
        QemuStartException failure = catchThrowableOfType(
                QemuStartException.class,
                () -> QemuMachine.builder()
                        .machine("no-such-machine")
                        .recording()
                        .start());

        StartAttempt attempt = failure.attempt().orElseThrow();
        assertThat(attempt.commandLine()).contains("-machine", "no-such-machine");
        assertThat(attempt.stderr().orElseThrow().text()).contains("unsupported machine type");
        assertThat(attempt.exitStatus()).hasValue(new ExitStatus(1, false));
        assertThat(attempt.transcript().orElseThrow().lines()).isEmpty();
    }

    @Test
    void of_a_start_that_was_refused_there_is_nothing() {
        QemuStartException failure = catchThrowableOfType(
                QemuStartException.class,
                () -> QemuMachine.builder().args("-daemonize").start());

        assertThat(failure.attempt()).isEmpty();
    }

    private static List<String> sent(QemuMachine vm) {
        return sent(vm.transcript().orElseThrow());
    }

    private static List<String> sent(QmpTranscript transcript) {
        return transcript.lines().stream()
                .map(line -> line.line().path("message").path("execute").asString(""))
                .filter(command -> !command.isEmpty())
                .toList();
    }
}
