package io.github.qmpjunit.qemu.probe;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.launch.ProcessKeeper;
import io.github.qmpjunit.qemu.launch.RunDirectory;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A tiny guest that shows whether an accelerator runs guests.
 *
 * <p>On x86 it is a firmware of 64 KiB with a hundred bytes in it: it enters protected mode, counts twenty million down in memory,
 * and ends QEMU through the device {@code isa-debug-exit}. The counting matters: on some hosts {@code /dev/kvm} is itself
 * an emulation that runs a few instructions, but not millions. No QEMU firmware is needed. On other architectures the machine must start and be stopped, which its processors must answer.
 */
final class ProbeGuest {

    private static final List<String> X86_MACHINES = List.of("pc", "q35", "microvm");
    private static final List<String> OTHER_MACHINES = List.of("virt", "pseries", "s390-ccw-virtio");
    private static final String DEBUG_EXIT = "isa-debug-exit";

    /** QEMU's exit code for the 42 that the guest writes to {@code isa-debug-exit}: twice the value plus one. */
    private static final int SUCCESS = 85;

    private static final int FIRMWARE_SIZE = 1 << 16;
    private static final int PROGRAM_OFFSET = 0xFF80;
    private static final int RESET_OFFSET = 0xFFF0;

    /** At F000:FF80. */
    private static final byte[] PROGRAM = HexFormat.ofDelimiter(" ")
            .parseHex(String.join(
                    " ",
                    "FA", // cli
                    "2E 66 0F 01 16 D8 FF", // lgdt cs:[table], below
                    "0F 20 C0 0C 01 0F 22 C0", // protected mode: cr0 |= 1
                    "66 EA 98 FF 0F 00 08 00", // jmp 08:FFF98, the next line
                    "66 B8 10 00 8E D8", // ds = 10
                    "C7 05 00 10 00 00 00 2D 31 01", // mov dword [1000], 20000000
                    "FF 0D 00 10 00 00", // dec dword [1000]
                    "75 F8", // jnz to the line before
                    "66 BA 01 05 B0 2A EE", // out 501, 42
                    "F4 EB FD", // hlt, for ever
                    "90 90 90 90 90 90", // up to FFC0
                    "00 00 00 00 00 00 00 00", // the descriptors: none,
                    "FF FF 00 00 00 9A CF 00", // 08: code, all 4 GiB,
                    "FF FF 00 00 00 92 CF 00", // 10: data, all 4 GiB
                    "17 00 C0 FF 0F 00")); // the table: 24 bytes at FFFC0

    private static final byte[] JUMP_TO_PROGRAM = {(byte) 0xE9, (byte) 0x8D, (byte) 0xFF};

    private ProbeGuest() {}

    /**
     * Return why no guest runs with an accelerator; empty if one does.
     *
     * @param limit how long it may take from QEMU's start
     */
    static Optional<String> whyNotRun(QemuCapabilities qemu, String accelerator, Duration limit) {
        Optional<String> machine = first(X86_MACHINES, qemu);
        if (machine.isPresent() && qemu.devices().contains(DEBUG_EXIT)) {
            return whyNotEnd(qemu, machine.get(), accelerator, limit);
        }
        Optional<String> other = first(OTHER_MACHINES, qemu);
        return other.isPresent()
                ? whyNotStop(qemu, other.get(), accelerator, limit)
                : Optional.of("there is no machine to try it with: %s has none of %s, nor of %s with %s"
                        .formatted(qemu.binary(), OTHER_MACHINES, X86_MACHINES, DEBUG_EXIT));
    }

    private static Optional<String> first(List<String> wanted, QemuCapabilities qemu) {
        return wanted.stream().filter(qemu.machines()::contains).findFirst();
    }

    private static Optional<String> whyNotEnd(
            QemuCapabilities qemu, String machine, String accelerator, Duration limit) {
        ProcessKeeper.watchOverThisJvm();
        Path directory = RunDirectory.ofThisJvm().create();
        try {
            Path firmware = Files.write(directory.resolve("firmware"), firmware());
            QemuMachineBuilder definition = definition(qemu, machine, accelerator, limit)
                    .args("-bios", firmware.toString(), "-no-reboot", "-device", DEBUG_EXIT);
            return whyNot(definition, limit, ProbeGuest::end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            RunDirectory.ofThisJvm().remove(directory);
        }
    }

    static byte[] firmware() {
        return ByteBuffer.allocate(FIRMWARE_SIZE)
                .put(PROGRAM_OFFSET, PROGRAM)
                .put(RESET_OFFSET, JUMP_TO_PROGRAM)
                .array();
    }

    static Optional<String> whyNotStop(QemuCapabilities qemu, String machine, String accelerator, Duration limit) {
        QemuMachineBuilder definition = definition(qemu, machine, accelerator, limit);
        return whyNot(
                machine.equals("virt") && accelerator.equals("kvm") ? definition.cpu("host") : definition,
                limit,
                ProbeGuest::stop);
    }

    private static QemuMachineBuilder definition(
            QemuCapabilities qemu, String machine, String accelerator, Duration limit) {
        return QemuMachine.builder()
                .name(accelerator + "-probe")
                .binary(qemu.binary())
                .machine(machine)
                .accelerators(accelerator)
                .startTimeout(limit)
                .paused(); // or the guest may be faster than the monitor's greeting
    }

    private interface Trial {
        Optional<String> whyNot(QemuMachine vm, Deadline deadline);
    }

    private static Optional<String> whyNot(QemuMachineBuilder definition, Duration limit, Trial trial) {
        Deadline deadline = Deadline.in(limit);
        try (QemuMachine vm = definition.start()) {
            try {
                return trial.whyNot(vm, deadline);
            } finally {
                vm.kill(); // the answer is known; an orderly end could take much longer
            }
        } catch (QemuStartException e) {
            return Optional.of("QEMU does not start with it. " + e.getMessage());
        }
    }

    private static Optional<String> end(QemuMachine vm, Deadline deadline) {
        try {
            vm.qmp().execute(QmpCommand.of("cont").withTimeout(deadline.remaining()));
        } catch (QmpException e) {
            // QEMU may end before its reply arrives; after any other error it does not end.
        }
        boolean ended = vm.endsWithin(deadline.remaining());
        Optional<ExitStatus> status = vm.exitStatus();
        if (!ended || status.isEmpty()) {
            return Optional.of("a test guest did not run to its end within %s; QEMU %s"
                    .formatted(Deadline.formatTimeout(deadline.timeout()), runState(vm)));
        }
        return status.get().code().equals(OptionalInt.of(SUCCESS))
                ? Optional.empty()
                : Optional.of("a test guest did not run as it should. " + vm.describe());
    }

    private static String runState(QemuMachine vm) {
        try {
            QmpCommand query = QmpCommand.of("query-status").withTimeout(Duration.ofMillis(500));
            return "says that it is " + vm.qmp().execute(query).path("status").asString("in no state");
        } catch (QmpException e) {
            return "does not answer either";
        }
    }

    private static Optional<String> stop(QemuMachine vm, Deadline deadline) {
        try {
            vm.qmp().execute(QmpCommand.of("cont").withTimeout(deadline.remaining()));
            vm.qmp().execute(QmpCommand.of("stop").withTimeout(deadline.remaining()));
            return Optional.empty();
        } catch (QmpException e) {
            return Optional.of("a test guest could not be set going and stopped. " + e.getMessage());
        }
    }
}
