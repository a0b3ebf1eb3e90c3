package io.github.qmpjunit.qemu.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.process.OutputLog;
import io.github.qmpjunit.qemu.process.QemuOutputException;
import io.github.qmpjunit.secrets.Secrets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real serial port, with qtest in the place of a guest. */
class SerialConsoleTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int COM1 = 0x3f8;
    private static final int COM2 = 0x2f8;

    private static QemuMachineBuilder pc() {
        return QemuMachine.builder().machine("pc").memory("16M").paused().qtest();
    }

    /** Write as a guest would. */
    private static void print(QemuMachine vm, int port, String text) {
        text.chars().forEach(letter -> vm.qtest().outb(port, letter));
    }

    @Test
    void what_the_guest_writes_is_awaited_piece_by_piece() {
        try (QemuMachine vm = pc().console("com1").start()) {
            OutputLog output = vm.console().output();
            print(vm, COM1, "booting\r\nversion 1.2\r\nlogin: ");

            assertThat(output.awaitLine("boot", SOON)).isEqualTo("booting");
            assertThat(output.awaitMatch(Pattern.compile("version (\\d+)"), SOON)
                            .group(1))
                    .isEqualTo("1");
            output.awaitText("login: ", SOON);
            assertThat(output.lines()).containsExactly("booting", "version 1.2", "login: ");
            assertThat(output.tail(1)).containsExactly("login: ");
        }
    }

    @Test
    void what_was_found_is_not_found_again() {
        try (QemuMachine vm = pc().console("com1").start()) {
            print(vm, COM1, "$ ");
            vm.console().output().awaitText("$", SOON);

            assertThatThrownBy(() -> vm.console().output().awaitText("$", Duration.ofMillis(30)))
                    .isInstanceOf(QemuOutputException.class)
                    .hasMessage(
                            "Console \"com1\" of QEMU \"vm\" has not written \"$\" within 30 ms; its last lines are:\n  $\nThe machine's status is \"prelaunch\": its guest stands still until the command cont.");
        }
    }

    @Test
    void a_wait_wakes_up_when_the_text_comes() throws InterruptedException {
        try (QemuMachine vm = pc().console("com1").start()) {
            List<String> found = new ArrayList<>();
            Thread waiter = new Thread(() -> found.add(vm.console().output().awaitLine("end", SOON)));
            waiter.start();
            print(vm, COM1, "the end\n");
            waiter.join();

            assertThat(found).containsExactly("the end");
        }
    }

    @Test
    void what_is_sent_the_guest_reads() {
        try (QemuMachine vm = pc().console("com1").start()) {
            vm.console().sendLine("ls");

            StringBuilder read = new StringBuilder();
            while (read.length() < 3) {
                if ((vm.qtest().inb(COM1 + 5) & 1) == 1) { // data ready
                    read.append((char) vm.qtest().inb(COM1));
                }
            }
            assertThat(read).hasToString("ls\n");
        }
    }

    @Test
    void escape_sequences_are_stripped_on_request() {
        try (QemuMachine vm = pc().console("com1").start()) {
            print(vm, COM1, "\u001B[1;31mred\u001B[0m \u001B]0;title\u0007text\n");

            assertThat(vm.console().output().awaitLine("text", SOON)).isEqualTo("red text");
            assertThat(vm.console().output().plainText()).isEqualTo("red text\n");
            assertThat(vm.console().output().text()).contains("\u001B[1;31m");
        }
    }

    @Test
    void everything_goes_to_a_file_from_the_first_byte_on(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("console.log");
        try (QemuMachine vm = pc().console("com1").start()) {
            print(vm, COM1, "one\n");
            vm.console().output().awaitText("one", SOON);
            vm.console().output().copyTo(file);
            print(vm, COM1, "two\n");
            vm.console().output().awaitText("two", SOON);
        }

        assertThat(file).hasContent("one\ntwo\n");
    }

    @Test
    void a_wait_ends_when_qemu_does() {
        try (QemuMachine vm = pc().console("com1").start()) {
            vm.kill();

            assertThatThrownBy(() -> vm.console().output().awaitText("never", Duration.ofDays(1)))
                    .isInstanceOf(QemuOutputException.class)
                    .hasMessageStartingWith(
                            "Console \"com1\" of QEMU \"vm\" has not written \"never\" and it has ended; it has written nothing\nQEMU \"vm\" (pid %s) was ended by signal 9 (SIGKILL) after "
                                    .formatted(vm.pid()));
        }
    }

    @Test
    void several_consoles_have_names() {
        try (QemuMachine vm = pc().console("first").console("second").start()) {
            print(vm, COM2, "two\n");
            print(vm, COM1, "one\n");

            assertThat(vm.console("first").output().awaitLine("", SOON)).isEqualTo("one");
            assertThat(vm.console("second").output().awaitLine("", SOON)).isEqualTo("two");
            assertThatThrownBy(vm::console).hasMessageContaining("has the consoles [first, second]");
            assertThatThrownBy(() -> vm.console("third"))
                    .hasMessage("Machine \"vm\" has no console \"third\"; it has [first, second]");
        }
    }

    @Test
    void a_guest_that_writes_without_end_neither_fills_the_memory_nor_holds_up_the_exit() {
        OutputLog log = new OutputLog("flood", new Secrets());
        log.follow(new ByteArrayInputStream("x".repeat(3 << 20).getBytes(StandardCharsets.UTF_8)), "flood");
        log.awaitEnd(SOON);

        assertThat(log.text())
                .hasSizeBetween(1 << 20, (1 << 20) + 100)
                .startsWith("[2097152 characters before this were dropped]");
    }
}
