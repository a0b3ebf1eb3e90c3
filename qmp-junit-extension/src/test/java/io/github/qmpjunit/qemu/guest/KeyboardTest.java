package io.github.qmpjunit.qemu.guest;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.RESET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.LinuxGuest;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KeyboardTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    /** For a guest on a host that is busy with other tests. */
    private static final Duration PATIENTLY = Duration.ofMillis(60);

    private static final String PRINTABLE =
            IntStream.rangeClosed(' ', '~').mapToObj(Character::toString).collect(Collectors.joining());

    /** Ask the guest until its shell has done what was typed, which tells nobody. */
    private static String read(GuestAgent agent, String file) {
        Deadline deadline = Deadline.in(LONG);
        GuestProgramResult result;
        do {
            result = agent.run("cat", file);
        } while (!result.isSuccess() && !deadline.isOver());
        return result.requireSuccess().stdout();
    }

    @Test
    void a_guest_reads_what_is_typed_and_the_keys_that_are_pressed_together() {
        try (QemuMachine vm = LinuxGuest.builder().guestAgent().start()) {
            GuestAgent agent = vm.guestAgent();
            agent.awaitReady(LinuxGuest.BOOT_LIMIT);
            Keyboard keyboard = vm.keyboard().withHoldTime(PATIENTLY);

            keyboard.type("cat >/tmp/draft; mv /tmp/draft /tmp/typed\n");
            keyboard.type(PRINTABLE + "x\b\n");
            keyboard.down("shift");
            keyboard.type("held\n");
            keyboard.up("shift");
            keyboard.press("ctrl-d");

            assertThat(read(agent, "/tmp/typed")).isEqualTo(PRINTABLE + "\nHELD\n");

            try (QmpEventListener resets = vm.qmp().listen(RESET)) {
                keyboard.press("ctrl-alt-delete");
                resets.next(event(RESET).withData("reason", "guest-reset"), LONG);
            }
        }
    }

    @Test
    void what_no_key_writes_is_refused_before_anything_is_typed() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            assertThatThrownBy(() -> vm.keyboard().type("naïve"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            "Cannot type \"ï\" (U+00EF), number 3 of the text's characters: no key of a US keyboard writes it.");
        }
    }

    @Test
    void an_unknown_key_is_refused_with_the_one_that_was_probably_meant() {
        try (QemuMachine vm = QemuMachine.builder().machine("pc").start()) {
            for (String chord : List.of("ctrl-delet", "ctrl-Delete")) {
                assertThatThrownBy(() -> vm.keyboard().press(chord))
                        .isInstanceOf(QmpErrorException.class)
                        .hasMessageContaining("did you mean \"delete\"?");
            }
            assertThatThrownBy(() -> vm.keyboard().press("ctrl-")).isInstanceOf(QmpErrorException.class);
        }
    }

    @Test
    void a_machine_without_a_keyboard_says_so() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            assertThatThrownBy(() -> vm.keyboard().press("a"))
                    .isInstanceOf(QmpErrorException.class)
                    .hasMessageContaining("Input handler not found for event type key");
        }
    }

    @Test
    void keys_of_a_machine_that_does_not_run_are_refused() {
        try (QemuMachine vm = QemuMachine.builder().paused().start()) {
            assertThatThrownBy(() -> vm.keyboard().press("a"))
                    .isInstanceOf(QemuException.class)
                    .hasMessage(
                            "Cannot press keys of machine \"vm\": its status is \"prelaunch\", and QEMU would drop them. Let it run first, with \"cont\" perhaps");
        }
    }

    @Test
    void a_key_is_held_for_a_millisecond_at_least() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            assertThatThrownBy(() -> vm.keyboard().withHoldTime(Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 ms at least");
        }
    }

    private static String lines(QemuMachine vm) {
        return vm.transcript().orElseThrow().lines().stream()
                .map(line -> line.line().toString())
                .collect(Collectors.joining("\n"));
    }

    @Test
    void keys_are_released_when_the_thread_is_interrupted() throws Exception {
        try (QemuMachine vm = QemuMachine.builder().machine("pc").recording().start()) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicBoolean flag = new AtomicBoolean();
            Thread typist = new Thread(() -> {
                try {
                    vm.keyboard().withHoldTime(Duration.ofSeconds(1)).press("ctrl-alt-f1");
                } catch (RuntimeException e) {
                    thrown.set(e);
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            typist.start();
            while (!lines(vm).matches("(?s).*\"alt\".*\"return\".*")) {
                Thread.onSpinWait();
            }
            typist.interrupt();
            typist.join(LONG.toMillis());

            assertThat(thrown.get()).isInstanceOf(RuntimeException.class).hasMessageContaining("interrupted");
            assertThat(flag).isTrue();
            for (String key : List.of("\"alt\"", "\"ctrl\"")) {
                assertThat(lines(vm).lines()).anyMatch(line -> line.contains(key) && line.contains("\"down\":false"));
            }
        }
    }

    @Test
    void keys_may_be_the_end_of_the_machine() {
        try (QemuMachine vm =
                QemuMachine.builder().machine("pc").args("-no-reboot").start()) {
            Keyboard keyboard = vm.keyboard().withHoldTime(Duration.ofMillis(500));
            Deadline deadline = Deadline.in(LONG);
            do { // until the firmware looks at them
                keyboard.press("ctrl-alt-delete");
            } while (!vm.endsWithin(Duration.ofSeconds(1)) && !deadline.isOver());

            assertThat(vm.isRunning()).isFalse();
        }
    }
}
