package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;

/** An injected machine that its test restarts. */
class RestartedMachineTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static Path warning;

    @BeforeAll
    static void writeScript() throws IOException {
        warning = Runs.script(folder, "warning", """
                echo 'qemu-system-x86_64: warning: this is odd' >&2
                exec "$QEMU" "$@\"""");
    }

    @QemuTest
    static class Injected {
        @Test
        void test(QemuMachine vm, QmpClient qmp, @Listen("STOP") QmpEventListener stops) {
            qmp.execute("stop");
            vm.restart();
            qmp.execute("stop");
            stops.next(SOON);
            stops.next(SOON);
        }
    }

    @Test
    void what_was_injected_goes_on() {
        Runs.runWell(Injected.class);
    }

    static class Warning implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.binary(warning);
        }
    }

    @QemuTest
    @Vm(factory = Warning.class)
    static class WarningBefore {
        @Test
        void test(QemuMachine vm) {
            vm.restart(with -> with.binary(QemuBinary.find(null)));
        }
    }

    @Test
    void the_process_before_is_checked_as_well() {
        assertThat(Runs.onlyFailureOf(WarningBefore.class))
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageContaining(", after a restart:")
                .hasMessageContaining("this is odd");
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Shared {

        private static QemuMachine first;

        @BeforeAll
        static void prepare(QemuMachine vm) {
            first = vm;
            vm.restart();
            vm.qmp().execute("stop");
        }

        @Test
        @Order(1)
        void has_what_the_class_has_restarted(QemuMachine vm) {
            assertThat(vm).isSameAs(first);
            assertThat(vm.qmp().execute("query-status").path("status").asString())
                    .isEqualTo("paused");
        }

        @Test
        @Order(2)
        void restarts(QemuMachine vm) {
            assertThat(vm).isSameAs(first);
            vm.restart();
        }

        @Test
        @Order(3)
        void has_another(QemuMachine vm) {
            assertThat(vm).isNotSameAs(first);
            assertThat(first.isRunning()).isFalse();
        }
    }

    @Test
    void a_machine_that_a_test_has_restarted_is_the_next_ones_no_more() {
        Runs.runWell(Shared.class);
    }
}
