package io.github.qmpjunit.qemu.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.Scripts;
import io.github.qmpjunit.qemu.process.QemuBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KvmProbeTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final QemuCapabilities qemu = QemuCapabilities.of(QemuBinary.find(null));

    @TempDir
    private Path folder;

    @Test
    void kvm_works_or_the_reason_is_told_and_the_answer_is_remembered() {
        Optional<String> why = qemu.whyNoKvm();

        assertThat(qemu.whyNoKvm()).isSameAs(why);
        assertThat(why.orElse("KVM does not work: but it does")).startsWith("KVM does not work: ");
        if (Files.notExists(Path.of("/dev/kvm"))) {
            assertThat(why.orElseThrow()).contains("there is no /dev/kvm");
        }
    }

    @Test
    void a_missing_device_is_a_reason() {
        assertThat(KvmProbe.whyNotOpen(folder.resolve("kvm")).orElseThrow())
                .startsWith("there is no %s; ".formatted(folder.resolve("kvm")));
    }

    @Test
    void a_device_that_does_not_open_is_a_reason() {
        assertThat(KvmProbe.whyNotOpen(folder).orElseThrow()).startsWith("%s cannot be opened: ".formatted(folder));
        assertThat(KvmProbe.whyNotOpen(Path.of("/dev/null"))).isEmpty();
    }

    @Test
    void the_guest_runs_where_guests_run() {
        assertThat(ProbeGuest.whyNotRun(qemu, "tcg", LIMIT)).isEmpty();
    }

    @Test
    void a_guest_that_does_not_get_to_its_end_is_a_reason() throws IOException {
        QemuCapabilities withOtherGuest = QemuCapabilities.of(withFirmware(new byte[1 << 16]));

        assertThat(ProbeGuest.whyNotRun(withOtherGuest, "tcg", Duration.ofSeconds(2))
                        .orElseThrow())
                .isEqualTo("a test guest did not run to its end within 2 s; QEMU says that it is running");
    }

    @Test
    void a_guest_that_goes_astray_is_a_reason() throws IOException {
        byte[] firmware = ProbeGuest.firmware();
        firmware[0xFF80 + 53] = 0; // the 42
        QemuCapabilities withOtherGuest = QemuCapabilities.of(withFirmware(firmware));

        assertThat(ProbeGuest.whyNotRun(withOtherGuest, "tcg", LIMIT).orElseThrow())
                .startsWith("a test guest did not run as it should. QEMU \"tcg-probe\"")
                .contains("exited with status 1 ");
    }

    @Test
    void an_accelerator_with_which_qemu_does_not_start_is_a_reason() {
        assertThat(ProbeGuest.whyNotRun(qemu, "nope", LIMIT).orElseThrow())
                .startsWith("QEMU does not start with it. ")
                .contains("invalid accelerator nope");
    }

    @Test
    void elsewhere_a_machine_has_to_start_and_stop() {
        assertThat(ProbeGuest.whyNotStop(qemu, "q35", "tcg", LIMIT)).isEmpty();
        assertThat(ProbeGuest.whyNotStop(qemu, "q35", "nope", LIMIT).orElseThrow())
                .startsWith("QEMU does not start with it. ");
    }

    /** Return a QEMU that takes another firmware than it is told. */
    private Path withFirmware(byte[] firmware) throws IOException {
        Path file = Files.write(folder.resolve("firmware"), firmware);
        return Scripts.write(folder, """
                case "$*" in *-bios*) set -- "$@" -bios '%s';; esac
                exec "$QEMU" "$@\"""".formatted(file));
    }
}
