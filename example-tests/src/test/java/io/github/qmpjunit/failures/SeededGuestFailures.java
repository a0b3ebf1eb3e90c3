package io.github.qmpjunit.failures;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.assertj.QmpAssertions.containing;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.junit.VmFactory;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.guest.GuestAgent;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Further tests that fail, with a guest that boots, which takes its time. */
final class SeededGuestFailures {

    private static final Duration BOOT = Duration.ofMinutes(2);

    private SeededGuestFailures() {}

    @QemuTest
    @Vm(factory = Seed57.Panicking.class)
    static class Seed57 {

        static final class Panicking implements VmFactory {
            @Override
            public void define(QemuMachineBuilder vm, ExtensionContext context) {
                vm.machine("q35")
                        .accelerators("tcg")
                        .memory("128M")
                        .console("serial")
                        .args("-kernel", guest("vmlinuz"), "-append", "console=ttyS0 no_timer_check");
            }
        }

        @Test
        void boots(SerialConsole console) {
            assertThat(console).within(Duration.ofSeconds(12)).awaitText("login:");
        }
    }

    private static String guest(String file) {
        return Path.of(System.getProperty("qmpjunit.guest", "../.guest"))
                .resolve(file)
                .toString();
    }

    @QemuTest
    @Vm(factory = Seed58.Guest.class)
    static class Seed58 {

        static final class Guest implements VmFactory {
            @Override
            public void define(QemuMachineBuilder vm, ExtensionContext context) {
                vm.machine("q35")
                        .accelerators("tcg")
                        .memory("128M")
                        .console("serial")
                        .guestAgent()
                        .args("-kernel", guest("vmlinuz"), "-initrd", guest("initrd"))
                        .args("-append", "console=ttyS0 no_timer_check");
            }
        }

        @Test
        void lists_files(GuestAgent agent) {
            agent.awaitReady(BOOT);
            assertThat(agent.run("ls", "/data/inbox")).succeeds();
        }

        @Test
        void fills_the_memory(SerialConsole console, GuestAgent agent) {
            agent.awaitReady(BOOT);
            console.sendLine("tail /dev/zero; echo copied");
            assertThat(console).within(Duration.ofSeconds(6)).awaitLine(containing("all files copied"));
        }
    }
}
