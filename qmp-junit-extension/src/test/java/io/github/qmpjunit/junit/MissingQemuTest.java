package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.process.QemuNotFoundException;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventType;

/** What happens where there is no QEMU. */
class MissingQemuTest {

    private static final String NOWHERE = "/nowhere/qemu-system-x86_64";

    @QemuTest
    @Vm(binary = NOWHERE)
    static class ForATest {
        @Test
        void test(QemuMachine vm) {}
    }

    @QemuTest
    @Vm(binary = NOWHERE)
    static class ForBeforeEach {
        @BeforeEach
        void before(QemuMachine vm) {}

        @Test
        void test() {}
    }

    @QemuTest
    @Vm(binary = NOWHERE)
    static class ForAConstructor {
        ForAConstructor(QemuMachine vm) {}

        @Test
        void test() {}
    }

    @QemuTest
    @Vm(binary = NOWHERE)
    static class ForAField {
        @Vm
        QmpClient qmp;

        @Test
        void test() {}
    }

    @QemuTest
    static class ForADaemon {
        @Test
        void test(@Vm(binary = NOWHERE) StorageDaemon daemon) {}
    }

    @QemuTest
    @Vm("here")
    static class ForOneOfTwo {
        @Test
        void test(@Vm("here") QemuMachine here, @Vm(value = "nowhere", binary = NOWHERE) QemuMachine nowhere) {}
    }

    @QemuTest
    @Vm(binary = NOWHERE, scope = Scope.CLASS)
    static class ForASharedMachine {
        @Test
        void test(QemuMachine vm) {}
    }

    @QemuTest
    @Vm(binary = NOWHERE, scope = Scope.CLASS)
    static class ForBeforeAll {
        @BeforeAll
        static void before(QemuMachine vm) {}

        @Test
        void test() {}
    }

    @QemuTest
    @Vm(binary = NOWHERE, scope = Scope.CLASS)
    static class ForAStaticField {
        @Vm
        static QmpClient qmp;

        @Test
        void test() {}
    }

    @QemuTest
    @Vm(binary = NOWHERE, scope = Scope.CLASS)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class ForAFieldOfOneInstance {
        @Vm
        QmpClient qmp;

        @Test
        void test() {}
    }

    @QemuTest
    @Vm(binary = NOWHERE, scope = Scope.CLASS)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class ForAConstructorOfOneInstance {
        ForAConstructorOfOneInstance(QemuMachine vm) {}

        @Test
        void test() {}
    }

    private static final List<Class<?>> ALL = List.of(
            ForATest.class,
            ForBeforeEach.class,
            ForAConstructor.class,
            ForAField.class,
            ForADaemon.class,
            ForOneOfTwo.class,
            ForASharedMachine.class,
            ForBeforeAll.class,
            ForAStaticField.class,
            ForAFieldOfOneInstance.class,
            ForAConstructorOfOneInstance.class);

    @Test
    void it_fails_wherever_it_is_asked_for() {
        for (Class<?> testCase : ALL) {
            assertThat(Runs.onlyFailureOf(testCase))
                    .as(testCase.getSimpleName())
                    .isInstanceOf(QemuNotFoundException.class)
                    .hasMessageContaining("looked for \"" + NOWHERE + "\"");
        }
    }

    @Test
    void it_is_skipped_wherever_it_is_asked_for_if_that_is_wanted() {
        for (Class<?> testCase : ALL) {
            List<Event> finished = Runs.run(Map.of(ConfigurationKeys.MISSING, "skip"), testCase).allEvents().stream()
                    .filter(event -> event.getType() == EventType.FINISHED)
                    .toList();

            assertThat(finished)
                    .as(testCase.getSimpleName())
                    .extracting(event -> event.getRequiredPayload(TestExecutionResult.class))
                    .filteredOn(result -> result.getStatus() != TestExecutionResult.Status.SUCCESSFUL)
                    .singleElement()
                    .satisfies(result -> {
                        assertThat(result.getStatus()).isEqualTo(TestExecutionResult.Status.ABORTED);
                        assertThat(result.getThrowable().orElseThrow())
                                .hasMessageStartingWith("Skipped, as qmpjunit.missing = skip asks for: Cannot find ");
                    });
        }
    }

    @Test
    void how_it_is_to_be_must_be_one_of_two_words() {
        assertThat(Runs.onlyFailureOf(Map.of(ConfigurationKeys.MISSING, "ignore"), ForATest.class))
                .hasMessage(
                        "The configuration qmpjunit.missing = \"ignore\" cannot be understood: it is one of fail, skip");
    }
}
