package io.github.qmpjunit.qemu.probe;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/** Finds out whether KVM works: cheap checks first, and finally a guest that must run. */
final class KvmProbe {

    private static final Path DEVICE = Path.of("/dev/kvm");

    /** If KVM works, the guest needs less than a tenth of a second. */
    private static final Duration LIMIT = Duration.ofSeconds(4);

    private KvmProbe() {}

    /** Return why KVM does not work with a QEMU; empty if it does. */
    static Optional<String> whyNoKvm(QemuCapabilities qemu) {
        if (!qemu.accelerators().contains("kvm")) {
            return Optional.of("KVM does not work: %s was built without it, it has the accelerators %s"
                    .formatted(qemu.binary(), qemu.accelerators()));
        }
        return whyNotOpen(DEVICE)
                .or(() ->
                        ProbeGuest.whyNotRun(qemu, "kvm", LIMIT).map(why -> "%s opens, but %s".formatted(DEVICE, why)))
                .map(why -> "KVM does not work: " + why);
    }

    static Optional<String> whyNotOpen(Path device) {
        if (!Files.exists(device)) {
            return Optional.of(
                    "there is no %s; this host does not offer it, or the container was not given it".formatted(device));
        }
        // The file's mode is not enough: access lists and containers also decide.
        try (FileChannel opened = FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return opened.isOpen() ? Optional.empty() : Optional.of(device + " closed at once");
        } catch (AccessDeniedException e) {
            return Optional.of("this user may not open %s; usually one has to be a member of the group that owns it"
                    .formatted(device));
        } catch (IOException e) {
            return Optional.of("%s cannot be opened: %s".formatted(device, e.getMessage()));
        }
    }
}
