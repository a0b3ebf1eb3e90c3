package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qemu.guest.GuestProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;

/**
 * The Linux guest that {@code scripts/setup/guest} makes: a kernel, BusyBox and the guest agent, all in memory. It gives a shell on
 * its first serial port, with {@link #PROMPT}, and one on its screen.
 *
 * <p>Looked for where the script puts it, or where the system property {@code qmpjunit.guest} says. A test that needs it fails where
 * it is missing; {@code -Dqmpjunit.guest=none} skips such tests.
 */
public final class LinuxGuest {

    /** What the shell writes when it waits for a command. */
    public static final String PROMPT = "guest# ";

    /** The timer's check panics where the host has no time for an emulated processor. */
    public static final String KERNEL_ARGUMENTS = "console=ttyS0 quiet no_timer_check";

    /** Emulated, it boots in about 4 s on a machine that has nothing else to do. */
    public static final Duration BOOT_LIMIT = Duration.ofMinutes(2);

    private static final String PROPERTY = "qmpjunit.guest";

    private LinuxGuest() {}

    /** Return a definition of an emulated machine that boots the guest, with {@code console()} as its first serial port. */
    public static QemuMachineBuilder builder() {
        Path folder = folder();
        return QemuMachine.builder()
                .name("guest")
                .machine("q35")
                .accelerators("tcg")
                .memory("128M")
                .console("serial")
                .args("-kernel", folder.resolve("vmlinuz").toString())
                .args("-initrd", folder.resolve("initrd").toString())
                .args("-append", KERNEL_ARGUMENTS);
    }

    /** Start a machine and wait until its guest's shell waits for a command. */
    public static QemuMachine boot(QemuMachineBuilder definition) {
        QemuMachine vm = definition.start();
        boolean booted = false;
        try {
            vm.console("serial").output().awaitText(PROMPT, BOOT_LIMIT);
            booted = true;
            return vm;
        } finally {
            if (!booted) {
                vm.close();
            }
        }
    }

    /** Run a script in a booted guest, through its agent, and return what it prints. */
    public static String shell(QemuMachine vm, String script) {
        return vm.guestAgent()
                .run(GuestProgram.of("sh", "-c", script).withTimeLimit(BOOT_LIMIT))
                .requireSuccess()
                .stdout()
                .strip();
    }

    private static Path folder() {
        String named = System.getProperty(PROPERTY);
        Assumptions.assumeFalse("none".equals(named), "no Linux guest, as -D" + PROPERTY + "=none says");
        Path folder = named == null ? home().resolve(".guest") : Path.of(named);
        if (!Files.isReadable(folder.resolve("vmlinuz")) || !Files.isReadable(folder.resolve("initrd"))) {
            throw new AssertionError(
                    "No Linux guest in %s. Make it with scripts/setup/guest, name another folder with -D%s=/path/to/folder, or skip the tests that need it with -D%s=none"
                            .formatted(folder, PROPERTY, PROPERTY));
        }
        return folder;
    }

    /** Maven runs a module's tests in the module, IDEs perhaps above it. */
    private static Path home() {
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("scripts/setup/guest"))) {
                return folder;
            }
        }
        return here;
    }
}
