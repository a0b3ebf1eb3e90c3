package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qemu.process.StopLimits;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;

/** A process that the test expects to end by itself. */
class ExpectedEndTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static Path complaining;

    @BeforeAll
    static void writeScript() throws IOException {
        complaining = Runs.script(folder, "complaining", """
                echo 'qemu-system-x86_64: block.c:1: f: Assertion failed' >&2
                exec "$QEMU" "$@\"""");
    }

    /** What crashes on command, and complains. */
    static class Fragile implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.binary(complaining).blockNode(Map.of("driver", "null-co", "node-name", "disk", "size", 1 << 20));
        }
    }

    private static void crash(QmpClient qmp) {
        assertThatThrownBy(() -> qmp.execute("human-monitor-command", Map.of("command-line", "qemu-io disk abort")))
                .isInstanceOf(QmpDisconnectedException.class);
    }

    @QemuTest
    @Vm(factory = Fragile.class)
    static class CrashExpectedBefore {
        @Test
        void test(QemuMachine vm) {
            vm.expectEnd();
            crash(vm.qmp());
        }
    }

    @QemuTest
    @Vm(factory = Fragile.class)
    static class CrashExpectedAfterwards {
        @Test
        void test(QemuMachine vm) {
            crash(vm.qmp());
            vm.expectEnd();
        }
    }

    @QemuTest
    @Vm(factory = Fragile.class)
    static class CrashOfItsOwn {
        @Test
        void test(QemuMachine vm) {
            crash(vm.qmp());
        }
    }

    @QemuTest
    @Vm(factory = Fragile.class, without = Check.STDERR)
    static class CrashOfItsOwnUnread extends CrashOfItsOwn {}

    @Test
    void a_crash_that_is_expected_fails_nothing_and_neither_do_its_last_words() {
        Runs.runWell(CrashExpectedBefore.class);
        Runs.runWell(CrashExpectedAfterwards.class);

        assertThat(Runs.onlyFailureOf(CrashOfItsOwn.class)).hasMessageContaining("Assertion failed");
        assertThat(Runs.onlyFailureOf(CrashOfItsOwnUnread.class))
                .isInstanceOf(QemuExitException.class)
                .hasMessageContaining("signal 6 (SIGABRT)")
                .hasMessageEndingWith(
                        "If the test expects that, let it say so: expectEnd() on the machine or daemon, or assertThat(vm).endsBySignal(6) or exitsWith(1)");
    }

    @QemuTest
    @Vm(factory = Impatient.class)
    static class NoEnd {
        @Test
        void test(QemuMachine vm) {
            vm.expectEnd();
        }
    }

    static class Impatient implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.stopLimits(new StopLimits(Duration.ofMillis(200), SOON, SOON));
        }
    }

    @QemuTest
    @Vm(factory = Impatient.class, scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class NoEndShared {

        private static long first;

        @Test
        @Order(1)
        void expects(QemuMachine vm) {
            first = vm.pid();
            vm.expectEnd();
        }

        @Test
        @Order(2)
        void has_another(QemuMachine vm) {
            assertThat(vm.pid()).isNotEqualTo(first);
        }
    }

    @Test
    void an_end_that_does_not_come_fails_the_test() {
        String message = "QEMU \"vm\" was expected to end (expectEnd()), but still ran 200 ms after its last use";

        assertThat(Runs.onlyFailureOf(NoEnd.class))
                .isInstanceOf(QemuExitException.class)
                .hasMessageStartingWith(message)
                .hasMessageContaining("is running");
        assertThat(Runs.onlyFailureOf(NoEndShared.class)).hasMessageStartingWith(message);
    }

    @QemuTest
    static class EndUnderWay {
        @Test
        void test(QemuMachine vm) {
            vm.expectEnd();
            vm.qmp().execute("quit");
        }
    }

    @Test
    void an_end_that_is_under_way_is_awaited() {
        Runs.runWell(EndUnderWay.class);
    }

    @Test
    void a_storage_daemons_crash_can_be_expected() {
        StorageDaemon crashed = StorageDaemon.builder().start();
        ProcessHandle.of(crashed.pid()).orElseThrow().destroyForcibly();
        assertThat(crashed.endsWithin(SOON)).isTrue();
        assertThatThrownBy(crashed::close).isInstanceOf(QemuExitException.class);

        StorageDaemon expected = StorageDaemon.builder().start();
        expected.expectEnd();
        ProcessHandle.of(expected.pid()).orElseThrow().destroyForcibly();
        expected.close();

        assertThat(expected.isEndExpected()).isTrue();
    }
}
