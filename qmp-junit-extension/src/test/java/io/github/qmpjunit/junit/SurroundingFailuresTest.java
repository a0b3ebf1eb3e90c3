package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.junit.jupiter.api.extension.TestInstancePreDestroyCallback;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * What fails around the tests has a report as well: what other extensions do, what JUnit does itself, and methods that it calls without
 * telling extensions. With a launcher, since the test kit has no listeners.
 */
class SurroundingFailuresTest {

    @TempDir
    Path reports;

    /** Run a class; return what has failed, of tests and containers. */
    private List<Throwable> failures(Class<?> type) {
        List<Throwable> failures = new ArrayList<>();
        try (LauncherSession session = LauncherFactory.openSession()) {
            session.getLauncher()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selectClass(type))
                                    .filters(EngineFilter.includeEngines("junit-jupiter"))
                                    .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                                    .configurationParameter(
                                            "junit.platform.output.dir",
                                            reports.resolve("junit").toString())
                                    .configurationParameter(
                                            ConfigurationKeys.REPORT_DIRECTORY,
                                            reports.resolve("ours").toString())
                                    .configurationParameter(ConfigurationKeys.RUN_PAGE, "never")
                                    .build(),
                            new TestExecutionListener() {
                                @Override
                                public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
                                    result.getThrowable().ifPresent(failures::add);
                                }
                            });
        }
        return failures;
    }

    /** Require that it has one failure, which names its report. */
    private String reportOf(Class<?> type) throws IOException {
        assertThat(failures(type))
                .singleElement()
                .satisfies(failure ->
                        assertThat(notes(failure)).singleElement().asString().startsWith("Report: file:"));
        try (Stream<Path> files = Files.walk(reports.resolve("ours"))) {
            List<Path> pages = files.filter(file -> file.endsWith("index.html")).toList();
            assertThat(pages).hasSize(1);
            assertThat(pages.get(0).resolveSibling("vm/qmp.jsonl")).content().contains("qmp_capabilities");
            return Files.readString(pages.get(0));
        }
    }

    private static List<Throwable> notes(Throwable failure) {
        List<Throwable> notes = new ArrayList<>();
        for (Throwable suppressed : failure.getSuppressed()) {
            notes.addAll(
                    suppressed instanceof Reporting.Note ? List.of(suppressed) : notes(suppressed)); // JUnit collects
        }
        if (failure.getCause() != null) {
            notes.addAll(notes(failure.getCause()));
        }
        return notes;
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @ParameterizedClass
    @ValueSource(ints = 1)
    static class BeforeInvocation {

        @Parameter
        int parameter;

        @SuppressWarnings("DoNotCallSuggester") // JUnit calls it
        @BeforeParameterizedClassInvocation
        static void before(int parameter, QmpClient qmp) {
            throw new AssertionError("before invocation " + parameter);
        }

        @Test
        void test(QmpClient qmp) {}
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @ParameterizedClass
    @ValueSource(ints = 1)
    static class AfterInvocation {

        @Parameter
        int parameter;

        @SuppressWarnings("DoNotCallSuggester") // JUnit calls it
        @AfterParameterizedClassInvocation
        static void after(int parameter, QmpClient qmp) {
            throw new AssertionError("after invocation " + parameter);
        }

        @Test
        void test(QmpClient qmp) {}
    }

    @Test
    void methods_around_an_invocation_of_a_parameterized_class_have_a_report() throws IOException {
        assertThat(reportOf(BeforeInvocation.class))
                .contains("what surrounds the tests of an invocation")
                .contains("before invocation 1")
                .contains("BeforeInvocation [1]");
    }

    @Test
    void so_have_those_after_it() throws IOException {
        assertThat(reportOf(AfterInvocation.class))
                .contains("what surrounds the tests of an invocation")
                .contains("after invocation 1");
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    @ParameterizedClass
    @ValueSource(ints = {1, 2})
    static class TwoInvocations {

        @Parameter
        int parameter;

        @SuppressWarnings("DoNotCallSuggester") // JUnit calls it
        @BeforeParameterizedClassInvocation
        static void before(int parameter, QmpClient qmp) {
            throw new AssertionError("before invocation " + parameter);
        }

        @Test
        void test(QmpClient qmp) {}
    }

    @Test
    void each_invocation_has_its_own() throws IOException {
        assertThat(failures(TwoInvocations.class))
                .hasSize(2)
                .allSatisfy(failure -> assertThat(notes(failure)).hasSize(1));
        try (Stream<Path> files = Files.walk(reports.resolve("ours"))) {
            assertThat(files.filter(file -> file.endsWith("index.html"))).hasSize(2);
        }
    }

    /** Fails in one of its callbacks: in the one of the class's name. */
    static class Other
            implements BeforeAllCallback, AfterAllCallback, TestInstancePostProcessor, TestInstancePreDestroyCallback {

        private static void failIn(Class<?> type, ExtensionContext context) {
            if (context.getRequiredTestClass().equals(type)) {
                throw new AssertionError("another extension in " + type.getSimpleName());
            }
        }

        @Override
        public void beforeAll(ExtensionContext context) {
            failIn(BeforeAllOfOther.class, context);
        }

        @Override
        public void afterAll(ExtensionContext context) {
            failIn(AfterAllOfOther.class, context);
        }

        @Override
        public void postProcessTestInstance(Object instance, ExtensionContext context) {
            failIn(PostProcessingOfOther.class, context);
        }

        @Override
        public void preDestroyTestInstance(ExtensionContext context) {
            failIn(PreDestroyOfOther.class, context);
        }
    }

    @QemuTest
    @ExtendWith(Other.class)
    @Vm(scope = Scope.CLASS)
    abstract static class OneTest {

        @Vm
        static QmpClient shared;

        @Test
        void test(QmpClient qmp) {}
    }

    static class BeforeAllOfOther extends OneTest {}

    static class AfterAllOfOther extends OneTest {}

    static class PostProcessingOfOther extends OneTest {

        PostProcessingOfOther(QmpClient qmp) {}
    }

    static class PreDestroyOfOther extends OneTest {}

    @QemuTest
    static class AutoClosing {

        @AutoClose
        final AutoCloseable resource = () -> {
            throw new AssertionError("it does not close");
        };

        @Test
        void test(QmpClient qmp) {}
    }

    @ParameterizedTest
    @ValueSource(classes = {BeforeAllOfOther.class, AfterAllOfOther.class})
    void what_another_extension_does_around_the_tests_of_a_class_has_a_report(Class<?> type) throws IOException {
        assertThat(reportOf(type)).contains("what surrounds the tests</b>").contains("another extension in");
    }

    @ParameterizedTest
    @ValueSource(classes = {PostProcessingOfOther.class, PreDestroyOfOther.class, AutoClosing.class})
    void what_another_extension_or_JUnit_does_around_a_test_has_a_report(Class<?> type) throws IOException {
        assertThat(reportOf(type)).contains("what surrounds the test</b>");
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class Crashing {

        @Test
        void test(QmpClient qmp) {}

        @AfterAll
        static void crash(QemuMachine vm) throws IOException, InterruptedException {
            assertThat(new ProcessBuilder("kill", "-SEGV", Long.toString(vm.pid()))
                            .start()
                            .waitFor())
                    .isZero();
        }
    }

    @Test
    void a_machine_of_a_class_that_ends_badly_has_a_report() throws IOException {
        assertThat(reportOf(Crashing.class)).contains("the end of the machine").contains("signal 11");
    }
}
