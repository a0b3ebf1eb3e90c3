package io.github.qmpjunit.examples;

import io.github.qmpjunit.junit.VmFactory;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A machine that boots the Linux of {@code scripts/setup/guest}: BusyBox and the guest agent, with a shell on its serial port and
 * another one on its screen. An annotation holds no path that must be looked for; a factory does.
 */
final class LinuxGuest implements VmFactory {

    static final String PROMPT = "guest# ";

    /** Emulated, it boots in about 4 s on a machine that has nothing else to do. */
    static final Duration BOOT = Duration.ofMinutes(3);

    @Override
    public void define(QemuMachineBuilder vm, ExtensionContext test) {
        define(vm);
    }

    static QemuMachineBuilder define(QemuMachineBuilder vm) {
        Path folder = Path.of(System.getProperty("qmpjunit.guest", "../.guest"));
        if (!Files.isReadable(folder.resolve("vmlinuz"))) {
            throw new IllegalStateException(
                    "No Linux guest in %s. Make it with scripts/setup/guest, name another folder with -Dqmpjunit.guest=/path/to/folder, or skip the tests that need it with -Dqmpjunit.guest=none"
                            .formatted(folder.toAbsolutePath()));
        }
        return vm.machine("q35")
                .accelerators("tcg")
                .memory("128M")
                .console("serial")
                .args("-kernel", folder.resolve("vmlinuz").toString())
                .args("-initrd", folder.resolve("initrd").toString())
                .args("-append", "console=ttyS0 quiet no_timer_check");
    }
}
