package io.github.qmpjunit.qemu.qtest;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.GUEST_PANICKED;
import static io.github.qmpjunit.qmp.QmpEvents.RESET;
import static io.github.qmpjunit.qmp.QmpEvents.WATCHDOG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qmp.QmpEvent;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** Real guest events, without a guest: through qtest, under TCG. */
public class QtestTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int COM1 = 0x3f8;

    private static QemuMachineBuilder pc() {
        return QemuMachine.builder().machine("pc").memory("16M").paused().qtest();
    }

    @Test
    void memory_is_read_and_written_in_all_widths() {
        try (QemuMachine vm = pc().start()) {
            Qtest qtest = vm.qtest();
            qtest.writeb(0x1000, 0x12);
            qtest.writew(0x1002, 0x3456);
            qtest.writel(0x1004, 0xfedcba98L);
            qtest.writeq(0x1008, 0xfedcba9876543210L);

            assertThat(qtest.readb(0x1000)).isEqualTo(0x12);
            assertThat(qtest.readw(0x1002)).isEqualTo(0x3456);
            assertThat(qtest.readl(0x1004)).isEqualTo(0xfedcba98L);
            assertThat(qtest.readq(0x1008)).isEqualTo(0xfedcba9876543210L);
            assertThat(qtest.byteOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            assertThat(qtest.readb(0x1004)).as("the lowest byte comes first").isEqualTo(0x98);
            qtest.write(0x2000, "hello".getBytes(StandardCharsets.US_ASCII));
            qtest.memset(0x2005, 3, '!');
            assertThat(qtest.read(0x2000, 8)).asString().isEqualTo("hello!!!");
        }
    }

    @Test
    void a_write_to_pvpanics_port_is_a_guests_panic() {
        try (QemuMachine vm =
                pc().device("pvpanic", Map.of()).args("-action", "panic=pause").start()) {
            vm.qtest().outb(0x505, 1);

            assertThat(vm.qmp()
                            .events()
                            .next(event(GUEST_PANICKED), SOON)
                            .data()
                            .path("action")
                            .asString())
                    .isEqualTo("pause");
        }
    }

    @Test
    void a_write_to_the_watchdogs_port_lets_it_bite() {
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .memory("16M")
                .qtest()
                .device("ib700", Map.of())
                .args("-action", "watchdog=pause")
                .start()) {
            vm.qtest().outb(0x443, 0xf); // the shortest time, 0 s

            QmpEvent bite = vm.qmp().events().next(event(WATCHDOG), SOON);
            assertThat(bite.data().path("action").asString()).isEqualTo("pause");
        }
    }

    @Test
    void a_write_to_port_92_is_a_guests_reset() {
        try (QemuMachine vm = pc().start()) {
            vm.qtest().outb(0x92, 1);

            assertThat(vm.qmp().events().next(event(RESET), SOON).data())
                    .hasToString("{\"guest\":true,\"reason\":\"guest-reset\"}");
        }
    }

    @Test
    void a_guest_may_choose_the_exit_status() {
        QemuMachine vm = pc().device("isa-debug-exit", Map.of("iobase", 0xf4, "iosize", 4))
                .start();
        vm.qtest().outbWithoutReply(0xf4, 0x44);

        assertThat(vm.awaitExit(SOON)).as("not taken for signal 9").isEqualTo(new ExitStatus(137, false));
        assertThatThrownBy(vm::close)
                .isInstanceOf(QemuExitException.class)
                .hasMessageContaining("exited with status 137");
    }

    @Test
    void what_fails_says_what_was_asked() {
        try (QemuMachine vm = pc().start()) {
            assertThatThrownBy(() -> vm.qtest().command("nonsense 1"))
                    .isInstanceOf(QtestException.class)
                    .hasMessageStartingWith("qtest command \"nonsense 1\" failed: FAIL Unknown command 'nonsense'");
            assertThat(vm.qtest().readb(0))
                    .as("and the next gets its own reply")
                    .isNotNegative();
        }
    }

    @Test
    void the_virtual_clock_says_what_it_needs() {
        try (QemuMachine vm = pc().start()) {
            assertThatThrownBy(() -> vm.qtest().clockStep(Duration.ofMillis(1)))
                    .isInstanceOf(QtestException.class)
                    .hasMessageContaining("the virtual clock needs a QEMU that has the qtest accelerator");
        }
    }

    @Test
    void a_command_after_the_machines_end_says_so() {
        try (QemuMachine vm = pc().start()) {
            vm.kill();
            vm.awaitExit(SOON);

            assertThatThrownBy(() -> vm.qtest().readb(0)).isInstanceOf(QtestException.class);
        }
    }

    @Test
    void interrupt_lines_are_awaited() {
        try (QemuMachine vm = pc().console("com1").start()) {
            Qtest qtest = vm.qtest();
            qtest.interceptIrqsInto("ioapic");
            qtest.outb(COM1 + 4, 0x08); // OUT2 lets the line through
            qtest.outb(COM1 + 1, 0x02); // an interrupt when the transmitter is empty: it is

            qtest.awaitIrq(4, true, SOON);
            assertThatThrownBy(() -> qtest.awaitIrq(11, true, Duration.ofMillis(20)))
                    .isInstanceOf(QtestException.class)
                    .hasMessageStartingWith("No IRQ raise 11 within 20 ms; seen: ");
        }
    }

    @Test
    void who_has_not_asked_for_it_is_told_how() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            assertThatThrownBy(vm::qtest)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Machine \"vm\" has no qtest connection; ask for it with qtest() in its definition");
        }
    }

    @Test
    void a_wait_for_an_interrupt_ends_with_the_machine() {
        try (QemuMachine vm = QemuMachine.builder().machine("q35").qtest().start()) {
            vm.kill();

            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> vm.qtest().awaitIrq(4, true, Duration.ofHours(1)))
                        .isInstanceOf(QtestException.class)
                        .hasMessageStartingWith("No IRQ raise 4: the machine has ended; seen: []. QEMU \"vm\" (pid ")
                        .hasMessageContaining("was ended by signal 9 (SIGKILL)");
            }
        }
    }

    @Test
    void it_works_on_a_socket_of_ones_own(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("qtest");
        try (AFUNIXServerSocket server = AFUNIXServerSocket.newInstance()) {
            server.bind(AFUNIXSocketAddress.of(path));
            Process qemu = new ProcessBuilder(
                            QemuBinary.find(null).toString(),
                            "-nodefaults",
                            "-display",
                            "none",
                            "-machine",
                            "q35",
                            "-qtest",
                            "unix:" + path,
                            "-qtest-log",
                            "none")
                    .start();
            try (AFUNIXSocket socket = server.accept()) {
                Qtest qtest = new Qtest(socket, "mine");
                qtest.writel(0x2000000, 0xCAFE);

                assertThat(qtest.readl(0x2000000)).isEqualTo(0xCAFE);
                assertThatThrownBy(() -> qtest.command("nonsense"))
                        .isInstanceOf(QtestException.class)
                        .hasMessageContaining("qtest command \"nonsense\" failed: FAIL");
                qemu.destroyForcibly();
                assertThatThrownBy(() -> qtest.awaitIrq(1, true, Duration.ofHours(1)))
                        .hasMessageContaining("the machine has ended");
            } finally {
                qemu.destroyForcibly();
            }
        }
    }
}
