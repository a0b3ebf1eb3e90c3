package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEvents;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;

/** Several machines stop in the reverse of the order in which a test asks for them, in whatever order they were ready. */
class TeardownOrderTest {

    @TempDir
    static Path dir;

    private static Path late;
    private static Path early;

    @BeforeAll
    static void write_scripts() throws IOException {
        Path mark = dir.resolve("early-has-begun");
        late = Runs.script(
                dir, "late", "while [ ! -e '%s' ]; do sleep 0.05; done; exec \"$QEMU\" \"$@\"".formatted(mark));
        early = Runs.script(dir, "early", "touch '%s'; exec \"$QEMU\" \"$@\"".formatted(mark));
    }

    static final class Late implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.binary(late);
        }
    }

    static final class Early implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.binary(early);
        }
    }

    /** A target that loses its source in mid-migration ends with status 1; a source that loses its target does not mind. */
    @QemuTest
    @Vm(
            value = "src",
            machine = "pc",
            args = {"-m", "64"},
            factory = Late.class,
            allowedStderr = "Unable to write to socket|failed to save SaveStateEntry") // as 7.2 and 10.0 say it
    @Vm(
            value = "dst",
            machine = "pc",
            args = {"-m", "64", "-incoming", "defer"},
            factory = Early.class)
    static class InMidMigration {

        @RepeatedTest(3)
        void the_source_was_asked_for_first(@Vm("src") QmpClient src, @Vm("dst") QmpClient dst, @TempDir Path folder) {
            String uri = "unix:" + folder.resolve("migration");
            dst.execute(
                    "migrate-set-capabilities",
                    Map.of("capabilities", List.of(Map.of("capability", "events", "state", true))));
            dst.execute("migrate-incoming", Map.of("uri", uri));
            src.execute("migrate-set-parameters", Map.of("max-bandwidth", 1024));
            src.execute("migrate", Map.of("uri", uri));
            dst.events()
                    .next(EventMatcher.event(QmpEvents.MIGRATION).withData("status", "active"), Duration.ofSeconds(30));
        }
    }

    @Test
    void a_machine_that_needs_another_one_outlives_it_if_the_test_asks_for_it_first() {
        Runs.runWell(InMidMigration.class);
    }

    @QemuTest
    static class ByFieldsAndParameters {

        @Vm(value = "late", factory = Late.class)
        QemuMachine first;

        @Vm(value = "early", factory = Early.class)
        QemuMachine second;

        @RepeatedTest(3)
        void test(@Vm("z") QemuMachine third, @Vm("a") QemuMachine fourth) {
            Runs.see("fields and parameters", List.of(first, second, third, fourth));
        }
    }

    @QemuTest
    @Vm(value = "z")
    @Vm(value = "a")
    static class Defined extends ByFieldsAndParameters {}

    @Test
    void fields_come_first_as_declared_and_parameters_follow() {
        Runs.runWell(Defined.class);

        assertThat(Runs.seen("fields and parameters"))
                .hasSize(3)
                .allSatisfy(seen -> assertThat(((List<?>) seen).stream().map(QemuMachine.class::cast))
                        .isSortedAccordingTo(Comparator.comparingLong(TeardownOrderTest::shutdown)
                                .reversed()));
    }

    /** A stop ends before the next one begins, so the times of the events tell the order. */
    private static long shutdown(QemuMachine vm) {
        QmpEvent shutdown = vm.qmp().events().history().stream()
                .filter(event -> event.name().equals("SHUTDOWN"))
                .findFirst()
                .orElseThrow();
        return shutdown.nanoTime();
    }
}
