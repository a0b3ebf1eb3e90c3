package io.github.qmpjunit.bench;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Reset;
import io.github.qmpjunit.junit.Scope;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.state.Snapshot;
import io.github.qmpjunit.qmp.QmpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;

/** Going back to a snapshot of a booted guest, instead of booting it again. */
final class Rewinds implements Measurement {

    private static final int BOOTS = 3;
    private static final int REWINDS = 10;
    private static final double TARGET = 15;
    private static final Duration BOOT = Duration.ofMinutes(2);
    private static final String PROMPT = "guest# ";
    private static final String WHAT = "rewind of a booted Linux guest, against its boot (TCG)";

    @Override
    public String name() {
        return "rewinds";
    }

    @Override
    public List<Row> measure() throws Exception {
        return List.of(againstBoot(), wholeLife());
    }

    private static Row againstBoot() {
        Path guest = Path.of(System.getProperty("qmpjunit.guest", ".guest"));
        if (!Files.isReadable(guest.resolve("vmlinuz"))) {
            return Row.notMeasured(WHAT, String.format(Locale.ROOT, "at least %.0f", TARGET), "no guest in " + guest);
        }
        double[] boots = new double[BOOTS];
        for (int i = 1; i < BOOTS; i++) {
            boots[i] = boot(guest, vm -> {});
        }
        double[] rewinds = new double[REWINDS];
        boots[0] = boot(guest, vm -> {
            Snapshot booted = vm.snapshot();
            for (int i = 0; i < REWINDS; i++) {
                long begin = System.nanoTime();
                booted.rewind();
                rewinds[i] = System.nanoTime() - begin;
            }
        });
        double boot = median(boots);
        double rewind = median(rewinds);
        return Row.judged(
                WHAT,
                String.format(
                        Locale.ROOT,
                        "%s against %s, %.0f times faster",
                        Row.Unit.MILLISECONDS.format(rewind),
                        Row.Unit.MILLISECONDS.format(boot),
                        boot / rewind),
                String.format(Locale.ROOT, "at least %.0f times", TARGET),
                boot / rewind >= TARGET,
                "medians of %s rewinds and %s boots".formatted(REWINDS, BOOTS));
    }

    private interface Afterwards {
        void use(QemuMachine booted);
    }

    /** Return the nanoseconds from the start of QEMU to the guest's prompt. */
    private static double boot(Path guest, Afterwards afterwards) {
        long begin = System.nanoTime();
        try (QemuMachine vm = QemuMachine.builder()
                .machine("q35")
                .accelerators("tcg")
                .memory("128M")
                .console("serial")
                .args("-kernel", guest.resolve("vmlinuz").toString())
                .args("-initrd", guest.resolve("initrd").toString())
                .args("-append", "console=ttyS0 quiet no_timer_check")
                .start()) {
            vm.console().output().awaitText(PROMPT, BOOT);
            double nanos = System.nanoTime() - begin;
            afterwards.use(vm);
            return nanos;
        }
    }

    private static double median(double[] values) {
        double[] sorted = IntStream.range(0, values.length)
                .mapToDouble(i -> values[i])
                .sorted()
                .toArray();
        return sorted[sorted.length / 2];
    }

    private static Row wholeLife() throws Exception {
        Pairs pairs = WholeLives.againstBareOnes(RewoundMachine.class);
        return Row.shown(
                "the same with one machine for %s tests, rewound before each".formatted(WholeLives.TESTS),
                pairs,
                Row.Unit.MILLISECONDS,
                "a machine without hardware; the snapshot and the machine's own start and stop are shared out among its tests");
    }

    /** All have one, which is rewound. */
    @QemuTest
    @Vm(scope = Scope.CLASS, reset = Reset.SNAPSHOT)
    static final class RewoundMachine {

        @RepeatedTest(WholeLives.TESTS)
        void does_nothing(QmpClient qmp) {}
    }
}
