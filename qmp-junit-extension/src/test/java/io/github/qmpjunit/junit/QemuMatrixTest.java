package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuBinary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineExecutionResults;

/** One class against several QEMUs. */
class QemuMatrixTest {

    @TempDir
    static Path folder;

    private static Path one;
    private static Path other;

    @BeforeAll
    static void writeBinaries() throws IOException {
        one = Runs.script(folder, "qemu-one", "exec \"$QEMU\" \"$@\"");
        other = Runs.script(folder, "qemu-other", "exec \"$QEMU\" \"$@\"");
    }

    private static Map<String, String> onBoth() {
        return Map.of(ConfigurationKeys.MATRIX_BINARIES, one + ", " + other);
    }

    private static List<String> invocations(EngineExecutionResults results) {
        return results.containerEvents().started().stream()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .filter(name -> name.startsWith("["))
                .toList();
    }

    private static String binaryOf(QemuMachine vm) {
        return vm.commandLine().get(0);
    }

    @QemuMatrix
    @Vm(value = "own", scope = Scope.CLASS)
    @Vm(value = "run", scope = Scope.RUN)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class OnEachBinary {

        @Test
        @Order(1)
        void first(@Vm("own") QemuMachine own, @Vm("run") QemuMachine run) {
            see(own, run);
        }

        @Test
        @Order(2)
        void second(@Vm("own") QemuMachine own, @Vm("run") QemuMachine run) {
            see(own, run);
        }

        private static void see(QemuMachine own, QemuMachine run) {
            Runs.see("matrix", own);
            Runs.see("matrix of the run", run);
            Runs.see("matrix binaries", binaryOf(own));
            assertThat(binaryOf(run)).isEqualTo(binaryOf(own));
        }

        @Nested
        class Inner {

            @Test
            void nested(@Vm("own") QemuMachine own, @Vm("run") QemuMachine run) {
                see(own, run);
            }
        }
    }

    @Test
    void a_class_runs_on_each_binary_of_the_configuration_and_shares_nothing_between_them() {
        EngineExecutionResults results = Runs.runWell(onBoth(), OnEachBinary.class);

        results.testEvents().assertStatistics(statistics -> statistics.succeeded(6));
        String version = "\\d+\\.\\d+\\S*.*";
        assertThat(invocations(results)).hasSize(2);
        assertThat(invocations(results).get(0)).matches("\\[1\\] \\Q" + one + "\\E " + version);
        assertThat(invocations(results).get(1)).matches("\\[2\\] \\Q" + other + "\\E " + version);
        assertThat(Runs.seen("matrix binaries"))
                .containsExactly(
                        one.toString(),
                        one.toString(),
                        one.toString(),
                        other.toString(),
                        other.toString(),
                        other.toString());
        for (String where : List.of("matrix", "matrix of the run")) {
            assertThat(new HashSet<>(Runs.seen(where))).as(where).hasSize(2);
            assertThat(Runs.machines(where)).noneMatch(QemuMachine::isRunning);
        }
    }

    @QemuMatrix(machines = {"pc", "q35"})
    @Vm(machine = "none", paused = true)
    static class OnEachMachine {

        @Test
        void test(QemuMachine vm) {
            Runs.see("matrix machines", Runs.typeOf(vm));
        }
    }

    @Test
    void machine_types_multiply_with_the_binaries_and_win_over_the_definitions() {
        EngineExecutionResults results = Runs.runWell(onBoth(), OnEachMachine.class);

        assertThat(Runs.seen("matrix machines")).containsExactly("pc", "q35", "pc", "q35");
        assertThat(invocations(results)).hasSize(4);
        assertThat(invocations(results).get(3)).startsWith("[4] " + other).endsWith(", q35");
    }

    @QemuMatrix(machines = "pc")
    @Vm(paused = true)
    static class OnTheUsual {

        @Test
        void test(QemuMachine vm) {
            assertThat(binaryOf(vm)).isEqualTo(QemuBinary.find(null).toString());
        }
    }

    @Test
    void without_binaries_it_is_the_usual_one() {
        assertThat(invocations(Runs.runWell(OnTheUsual.class))).containsExactly("[1] the usual QEMU, pc");
    }

    @QemuMatrix(binaries = {"/nowhere/qemu", "/elsewhere/qemu"})
    static class OnMissing {

        @Test
        void test(QemuMachine vm) {}
    }

    @Test
    void a_binary_that_is_missing_fails_its_own_tests_or_skips_them() {
        EngineExecutionResults results = Runs.run(onBoth(), OnMissing.class);

        results.testEvents().assertStatistics(statistics -> statistics.failed(2));
        assertThat(invocations(results)).containsExactly("[1] /nowhere/qemu", "[2] /elsewhere/qemu");
        Runs.run(Map.of(ConfigurationKeys.MISSING, "skip"), OnMissing.class)
                .testEvents()
                .assertStatistics(statistics -> statistics.aborted(2).failed(0));
    }

    @QemuMatrix
    @EnabledIfQemu(version = "[1,2)")
    static class OldOnly {

        @Test
        void test() {}
    }

    @Test
    void conditions_of_the_class_are_asked_of_each_binary() {
        List<String> reasons = Runs.run(onBoth(), OldOnly.class).testEvents().skipped().stream()
                .map(event -> event.getPayload(String.class).orElse(""))
                .toList();

        assertThat(reasons)
                .hasSize(2)
                .anyMatch(reason -> reason.contains(" at " + one + " is not in [1,2)"))
                .anyMatch(reason -> reason.contains(" at " + other + " is not in [1,2)"));
    }
}
