package io.github.qmpjunit.qemu.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.LinuxGuest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qmp.QmpCommand;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** A real guest agent in a real guest, which the tests share: they run beside each other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class GuestAgentTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    private QemuMachine vm;
    private GuestAgent agent;

    @BeforeAll
    void boot() {
        vm = LinuxGuest.builder().guestAgent().start();
        agent = vm.guestAgent();
        agent.awaitReady(LinuxGuest.BOOT_LIMIT);
    }

    @AfterAll
    void stop() {
        if (vm != null) {
            vm.close();
        }
    }

    private static GuestProgram shell(String script) {
        return GuestProgram.of("sh", "-c", script).withTimeLimit(LONG);
    }

    @Test
    void answers_commands() {
        assertThat(agent.execute("guest-info").path("version").asString()).isNotEmpty();
        assertThat(agent.execute("guest-get-host-name").path("host-name").asString())
                .isEqualTo("guest");
        assertThat(agent.execute("guest-get-time").isNumber()).isTrue();
    }

    @Test
    void its_errors_are_told_with_their_class_and_the_command() {
        assertThatThrownBy(() -> agent.execute("guest-nonsense", Map.of("why", "not")))
                .isInstanceOfSatisfying(
                        GuestAgentException.class,
                        e -> assertThat(e.errorClass()).hasValue("CommandNotFound"))
                .hasMessageContaining("guest-nonsense")
                .hasMessageContaining("QEMU \"guest\"");
    }

    @Test
    void runs_a_program_and_returns_what_it_wrote_and_how_it_ended() {
        GuestProgramResult result = agent.run(shell("echo out; echo wrong >&2; exit 3"));

        assertThat(result.exit()).isEqualTo(new ExitStatus(3, false));
        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(result.stderr()).isEqualTo("wrong\n");
        assertThat(result.stdoutTruncated()).isFalse();
        assertThat(result.isSuccess()).isFalse();
        assertThatThrownBy(result::requireSuccess)
                .isInstanceOf(GuestAgentException.class)
                .hasMessage("""
                        "sh -c 'echo out; echo wrong >&2; exit 3'" in the guest exited with status 3
                        standard output:
                          out
                        standard error:
                          wrong""");
    }

    @Test
    void a_program_reads_its_input_and_sees_its_environment() {
        GuestProgramResult result = agent.run(
                shell("read line; echo \"$line, $NAME\"").withInput("hällo\n").withEnvironment("NAME", "wörld"));

        assertThat(result.requireSuccess().stdout()).isEqualTo("hällo, wörld\n");
    }

    @Test
    void a_program_that_a_signal_ended_says_so() {
        assertThat(agent.run(shell("kill -SEGV $$")).exit()).isEqualTo(new ExitStatus(11, true));
    }

    @Test
    void much_output_comes_whole() {
        GuestProgramResult result = agent.run(shell("yes | head -c 3000000"));

        assertThat(result.stdout()).hasSize(3_000_000);
    }

    @Test
    void a_program_that_takes_too_long_is_killed_and_what_it_wrote_is_told() {
        GuestProgram endless =
                GuestProgram.of("sh", "-c", "echo before; exec sleep 12345").withTimeLimit(Duration.ofSeconds(3));

        assertThatThrownBy(() -> agent.run(endless))
                .isInstanceOf(GuestAgentException.class)
                .hasMessageContaining("has not ended within 3 s; it was killed")
                .hasMessageContaining("before");
        assertThat(agent.run(shell("ps | grep '[s]leep 12345'")).stdout()).isEmpty();
    }

    @Test
    void a_program_that_has_ended_but_whose_output_is_kept_open_is_told_from_one_that_has_not() {
        assertThatThrownBy(() -> agent.run(
                        GuestProgram.of("sh", "-c", "sleep 60 & echo x").withTimeLimit(Duration.ofSeconds(2))))
                .isInstanceOf(GuestAgentException.class)
                .hasMessageContaining(
                        "in the guest of QEMU \"guest\" has ended, but something that it started keeps its output open.");
        assertThatThrownBy(() -> agent.run(
                        GuestProgram.of("sh", "-c", "sleep 60 & sleep 50").withTimeLimit(Duration.ofSeconds(2))))
                .isInstanceOf(GuestAgentException.class)
                .hasMessageContaining(
                        "has not ended within 2 s; it was killed, but something that it started keeps its output open.");
    }

    @Test
    void a_program_that_is_not_there_is_refused_by_the_agent() {
        assertThatThrownBy(() -> agent.run("no-such-program"))
                .isInstanceOf(GuestAgentException.class)
                .hasMessageContaining("no-such-program");
    }

    @Test
    void answers_again_after_the_guest_has_rebooted() {
        try (QemuMachine own = LinuxGuest.builder().guestAgent().start()) {
            own.guestAgent().awaitReady(LinuxGuest.BOOT_LIMIT);
            String before = bootId(own.guestAgent(), LONG);

            own.guestAgent().executeWithoutReply(QmpCommand.of("guest-shutdown", Map.of("mode", "reboot")));

            own.console().output().awaitText("The guest is up", LONG);
            own.console().output().awaitText("The guest is up", LONG);
            assertThat(bootId(own.guestAgent(), LinuxGuest.BOOT_LIMIT))
                    .isNotEmpty()
                    .isNotEqualTo(before);
        }
    }

    private static String bootId(GuestAgent agent, Duration limit) {
        return agent.run(GuestProgram.of("cat", "/proc/sys/kernel/random/boot_id")
                        .withTimeLimit(limit))
                .requireSuccess()
                .stdout();
    }

    @Test
    void an_agent_that_dies_is_not_waited_for_and_the_next_one_answers() {
        try (QemuMachine own = LinuxGuest.builder().guestAgent().start()) {
            GuestAgent mortal = own.guestAgent();
            mortal.awaitReady(LinuxGuest.BOOT_LIMIT);

            assertThatThrownBy(() -> mortal.run(GuestProgram.of("sh", "-c", "kill -KILL $PPID; sleep 1000")
                            .withTimeLimit(LONG)))
                    .isInstanceOf(GuestAgentException.class);

            mortal.awaitReady(LONG);
            assertThat(mortal.run("echo", "back").stdout()).isEqualTo("back\n");
        }
    }

    @Test
    void an_answer_that_was_not_waited_for_is_not_taken_for_the_next_one() {
        for (int round = 0; round < 5; round++) {
            try {
                agent.execute(QmpCommand.of("guest-get-host-name").withTimeout(Duration.ofNanos(1)));
            } catch (GuestAgentException expected) {
                assertThat(expected).hasMessageContaining("within");
            }
            assertThat(agent.execute("guest-info").has("supported_commands")).isTrue();
        }
    }

    @Test
    void without_an_agent_it_says_what_is_missing_and_what_the_console_shows() {
        try (QemuMachine deaf = LinuxGuest.builder()
                .guestAgent()
                .args("-append", "console=ttyS0 panic=0 rdinit=/none root=/none")
                .start()) {
            deaf.console().output().awaitText("Kernel panic", LinuxGuest.BOOT_LIMIT);

            assertThatThrownBy(() -> deaf.guestAgent().awaitReady(Duration.ofMillis(1500)))
                    .isInstanceOf(GuestAgentException.class)
                    .hasMessageContaining(
                            "No answer of the guest agent of QEMU \"guest\" to {\"execute\":\"guest-ping\"}: there was none within 1500 ms.")
                    .hasMessageContaining("No program in the guest has opened the agent's port, org.qemu.guest_agent.0")
                    .hasMessageContaining("Console \"serial\" says:")
                    .hasMessageContaining("Console \"serial\", its last lines:")
                    .hasMessageContaining("Kernel panic");
        }
    }

    @Test
    void a_machine_that_does_not_run_or_has_ended_is_told() {
        try (QemuMachine paused = LinuxGuest.builder().guestAgent().paused().start()) {
            assertThatThrownBy(() -> paused.guestAgent().awaitReady(Duration.ofMillis(10)))
                    .isInstanceOf(GuestAgentException.class)
                    .hasMessageContaining("The machine does not run: its status is \"prelaunch\".")
                    .hasMessageContaining("Console \"serial\": nothing was written");
            paused.kill();
            paused.awaitExit(LONG);

            assertThatThrownBy(() -> paused.guestAgent().awaitReady(LONG))
                    .isInstanceOf(GuestAgentException.class)
                    .hasMessageContaining("the machine has ended")
                    .hasMessageContaining("SIGKILL");
        }
    }

    @Test
    void must_be_asked_for() {
        try (QemuMachine plain = QemuMachine.builder().start()) {
            assertThatThrownBy(plain::guestAgent)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("guestAgent() in its definition");
        }
    }

    @Test
    void a_program_says_what_it_is() {
        assertThat(GuestProgram.of("echo", "a b")).hasToString("echo 'a b'");
        assertThatThrownBy(() -> new GuestProgram(List.of(), Map.of(), "", LONG))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
