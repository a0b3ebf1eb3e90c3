package io.github.qmpjunit.failures;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.assertj.QmpAssertions.containing;
import static io.github.qmpjunit.assertj.QmpAssertions.inOrder;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_READY;
import static io.github.qmpjunit.qmp.QmpEvents.DEVICE_DELETED;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;

import io.github.qmpjunit.junit.QemuExtension;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Scope;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.junit.VmFactory;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.guest.GuestAgent;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that fail, each in another way, so that their messages can be read side by side. {@link SeededFailuresTest} runs them; none of
 * them has another purpose. Names do not give away the cause.
 */
@SuppressWarnings({"unused", "DuplicateAssertion"}) // JUnit calls them; one waits for the same event twice
final class SeededFailures {

    private static final Duration BRIEFLY = Duration.ofMillis(300);
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int SIZE = 1 << 20;

    private SeededFailures() {}

    /** Return the classes of tests in another one, in their order. */
    static List<Class<?>> in(Class<?> collection) {
        return Stream.of(collection.getDeclaredClasses())
                .filter(type -> type.getSimpleName().startsWith("Seed"))
                .sorted((one, other) -> one.getSimpleName().compareTo(other.getSimpleName()))
                .<Class<?>>map(type -> type)
                .toList();
    }

    private static void addNulls(QmpClient qmp, String... nodes) {
        for (String node : nodes) {
            qmp.execute("blockdev-add", Map.of("driver", "null-co", "node-name", node, "size", SIZE));
        }
    }

    private static QmpCommand mirror(String id) {
        return QmpCommand.of("blockdev-mirror")
                .with("job-id", id)
                .with("device", "from")
                .with("target", "to")
                .with("sync", "full");
    }

    private static QmpCommand backup(String onError) {
        return QmpCommand.of("blockdev-backup")
                .with("job-id", "backup0")
                .with("device", "from")
                .with("target", "to")
                .with("sync", "full")
                .with("on-source-error", onError);
    }

    static class Seed01 {

        @RegisterExtension
        static final QemuExtension qemu = QemuExtension.builder()
                .vm(vm -> vm.machine("q35").accelerators("tcg").memory("64M").cpu("qemu64,+vmx"))
                .build();

        @Test
        void has_a_processor(QmpClient qmp) {
            assertThat(qmp).executing("query-cpus-fast").returns("[0].cpu-index", 0);
        }
    }

    @QemuTest
    static class Seed02 {

        @Test
        @Vm(
                machine = "q35",
                args = {"-accel", "tcg", "-m", "64", "-cpu", "qemu64,+vmx"})
        void has_a_processor(QmpClient qmp) {
            assertThat(qmp).executing("query-cpus-fast").returns("[0].cpu-index", 0);
        }
    }

    @QemuTest
    static class Seed03 {

        @Test
        @Vm(binary = "/opt/qemu-9/bin/qemu-system-x86_64")
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    static class Seed04 {

        @Test
        @Vm(machine = "q53")
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    static class Seed05 {

        @RegisterExtension
        static final QemuExtension qemu = QemuExtension.builder()
                .vm(vm -> vm.machine("q35").device("virtio-blk-pcie", Map.of("id", "blk0")))
                .build();

        @Test
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    static class Seed06 {

        @RegisterExtension
        static final QemuExtension qemu = QemuExtension.builder()
                .vm(vm -> vm.machine("q35").cpu("Haswel"))
                .build();

        @Test
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    static class Seed07 {

        @Test
        @Vm(args = {"-accel", "tgc"})
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    static class Seed08 {

        @Test
        @Vm(args = {"-netdev", "usr,id=net0"})
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    static class Seed09 {

        @Test
        void adds_a_disk(QmpClient qmp) {
            qmp.execute("blockdev-add", Map.of("driver", "qcow3", "node-name", "disk0", "file", "base"));
        }
    }

    @QemuTest
    @Vm("src")
    @Vm("dst")
    static class Seed10 {

        @Test
        void mirrors(@Vm("src") QmpClient src, @Vm("dst") QmpClient dst) {
            addNulls(src, "from");
            addNulls(dst, "to");

            dst.execute(mirror("mirror0"));
        }
    }

    @QemuTest
    static class Seed11 {

        @Test
        void mirrors(QmpClient qmp) {
            addNulls(qmp, "from", "to");
            qmp.execute(mirror("mirror0"));

            assertThat(qmp).job("mirror0").reaches("redy");
        }
    }

    @QemuTest
    static class Seed12 {

        @Test
        void mirrors(QmpClient qmp) {
            addNulls(qmp, "from", "to");
            qmp.execute(mirror("mirror0"));

            assertThat(qmp).job("miror0").within(BRIEFLY).succeeds();
        }
    }

    @QemuTest
    @Vm("src")
    @Vm("dst")
    static class Seed13 {

        @Test
        void mirrors(@Vm("src") QmpClient src, @Vm("dst") QmpClient dst) {
            addNulls(src, "from", "to");
            src.execute(mirror("mirror0"));
            assertThat(src).job("mirror0").within(SOON).reaches("ready");

            assertThat(dst).within(BRIEFLY).awaitEvent(BLOCK_JOB_READY);
        }
    }

    @QemuTest
    static class Seed14 {

        @Test
        void stops_and_goes_on(QmpClient qmp) {
            qmp.execute("stop");
            qmp.execute("cont");

            assertThat(qmp).within(BRIEFLY).awaitEventsInOrder(RESUME, STOP);
        }
    }

    @QemuTest
    @Vm("src")
    @Vm("dst")
    static class Seed15 {

        @Test
        void stop_one_after_the_other(@Vm("src") QmpClient src, @Vm("dst") QmpClient dst) {
            src.execute("stop");
            dst.execute("stop");

            inOrder(BRIEFLY).awaitEvent(dst, STOP).awaitEvent(src, STOP);
        }
    }

    static class Seed16 {

        @RegisterExtension
        static final QemuExtension qemu = QemuExtension.builder()
                .vm("src", vm -> vm.machine("q35").accelerators("tcg").memory("64M"))
                .vm(
                        "dst",
                        vm -> vm.machine("q35")
                                .accelerators("tcg")
                                .memory("128M")
                                .incoming())
                .build();

        @Test
        void migrates(@Vm("src") QemuMachine src, @Vm("dst") QemuMachine dst) {
            src.migrateTo(dst);
        }
    }

    @QemuTest
    static class Seed17 {

        @Test
        void removes_a_disk(QmpClient qmp) {
            addNulls(qmp, "disk0");

            qmp.execute("blockdev-del", Map.of("node-name", "dikso"));
        }
    }

    @QemuTest
    static class Seed18 {

        @Test
        void mirrors(QmpClient qmp) {
            addNulls(qmp, "from", "to");
            qmp.execute(mirror("mirror1"));

            assertThat(qmp)
                    .within(BRIEFLY)
                    .awaitEvent(JOB_STATUS_CHANGE)
                    .withData("id", "mirror0")
                    .withData("status", "concluded");
        }
    }

    @QemuTest
    static class Seed19 {

        @Test
        void mirrors(QmpClient qmp) {
            addNulls(qmp, "from", "to");
            qmp.execute(mirror("mirror0"));
            assertThat(qmp).job("mirror0").within(SOON).reaches("ready");

            assertThat(qmp)
                    .within(BRIEFLY)
                    .awaitEvent(JOB_STATUS_CHANGE)
                    .withData("id", "mirror0")
                    .withData("status", "concluded");
        }
    }

    @QemuTest
    static class Seed20 {

        @Test
        void reports_its_status(QmpClient qmp) {
            assertThat(qmp)
                    .within(BRIEFLY)
                    .awaitReply("query-status")
                    .with("running", true)
                    .with("status", "paused");
        }
    }

    @QemuTest
    static class Seed21 {

        @Test
        @Vm(
                machine = "q35",
                args = {"-m", "64", "-device", "virtio-rng-pci,id=rng0"},
                paused = true)
        void unplugs(QmpClient qmp) {
            qmp.execute("device_del", Map.of("id", "rng1"));

            assertThat(qmp).awaitEvent(DEVICE_DELETED);
        }
    }

    @QemuTest
    static class Seed22 {

        @Test
        void stops(QemuMachine vm, QmpClient qmp) {
            ProcessHandle.of(vm.pid()).orElseThrow().destroyForcibly();

            assertThat(qmp).awaitEvent(STOP);
        }
    }

    @QemuTest
    static class Seed23 {

        @Test
        @Vm(
                machine = "q35",
                args = {"-m", "64"},
                console = "serial",
                paused = true)
        void writes(SerialConsole console) {
            assertThat(console).within(BRIEFLY).awaitText("SeaBIOS");
        }
    }

    @QemuTest
    @Vm(factory = Seed24.Disk.class)
    static class Seed24 {

        static final class Disk implements VmFactory {
            @Override
            public void define(QemuMachineBuilder vm, ExtensionContext context) {
                vm.faultyDisk("from", Map.of("driver", "null-co", "size", SIZE))
                        .blockNode(Map.of("driver", "null-co", "node-name", "to", "size", SIZE));
            }
        }

        @Test
        void backs_up(QemuMachine vm, QmpClient qmp) {
            vm.faults().failReads("from");
            qmp.execute(backup("stop"));
            assertThat(qmp).job("backup0").within(SOON).reaches("paused");

            assertThat(qmp).job("backup0").within(BRIEFLY).succeeds();
        }
    }

    static class Seed25 {

        @Test
        void asks_for_the_status(@TempDir Path dir) {
            try (QmpClient qmp = QmpClient.builder().connect(QmpAddress.unix(dir.resolve("qmp")))) {
                qmp.execute("query-status");
            }
        }
    }

    @QemuTest
    static class Seed26 {

        @Test
        @Vm(
                machine = "q35",
                args = {"-m", "64", "-kernel", "build/vmlinuz"})
        void boots(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    static class Seed27 {

        @Test
        @Vm(
                machine = "q35",
                args = {"-m 64M"})
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    static class Seed28 {

        @Test
        @Vm(args = {"-nogrpahic"})
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    static class Seed29 {

        @Test
        @Vm(
                machine = "q35",
                args = {"-m", "4000G"})
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class Seed30 {

        @Test
        void mirrors(QmpClient qmp) {
            addNulls(qmp, "from", "to");

            qmp.execute(mirror("mirror0"));
            assertThat(qmp).job("mirror0").within(SOON).reaches("ready");
        }
    }

    @QemuTest
    static class Seed31 {

        @Test
        @Vm(
                machine = "pc",
                args = {"-m", "16", "-device", "isa-debug-exit"})
        void shuts_down(QemuMachine vm, Qtest guest) {
            guest.outb(0x501, 1);

            assertThat(vm).within(SOON).exitsWith(0);
        }
    }

    @QemuTest
    static class Seed32 {

        @Test
        @Vm(
                machine = "q35",
                args = {"-m", "64"},
                guestAgent = true)
        void runs_a_program(GuestAgent agent) {
            agent.awaitReady(BRIEFLY);
        }
    }

    @QemuTest
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    @Vm(scope = Scope.CLASS)
    static class Seed33 {

        @Test
        @Order(1)
        void stops(QmpClient qmp) {
            qmp.execute("stop");
        }

        @Test
        @Order(2)
        void runs(QemuMachine vm) {
            assertThat(vm).within(BRIEFLY).awaitStatus("running");
        }
    }

    @QemuTest
    static class Seed34 {

        @Test
        void goes_on(QmpClient qmp) {
            assertThat(qmp).receivesNoEvent(STOP).during(() -> {
                qmp.execute("stop");
                qmp.execute("cont");
            });
        }
    }

    @QemuTest
    static class Seed35 {

        @Test
        @Vm(rejectDeprecated = true)
        void asks(QmpClient qmp) {
            qmp.execute("blockdev-open-tray", Map.of("device", "cd0"));
        }
    }

    @QemuTest
    static class Seed36 {

        @Test
        @Timeout(value = 500, unit = TimeUnit.MILLISECONDS)
        void stops(QmpClient qmp) {
            assertThat(qmp).awaitEvent(STOP);
        }
    }

    @QemuTest
    static class Seed37 {

        @Test
        void stops_twice(QmpClient qmp) {
            qmp.execute("stop");

            assertThat(qmp).within(BRIEFLY).awaitEvent(STOP);
            assertThat(qmp).within(BRIEFLY).awaitEvent(STOP);
        }
    }

    @QemuTest
    static class Seed38 {

        @Test
        void mirrors(QmpClient qmp) {
            assertThat(qmp).awaitEvent("BLOCK_JOB_REDY");
        }
    }

    @QemuTest
    @Vm(factory = Seed39.Disk.class)
    static class Seed39 {

        static final class Disk implements VmFactory {
            @Override
            public void define(QemuMachineBuilder vm, ExtensionContext context) {
                vm.faultyDisk("from", Map.of("driver", "null-co", "size", SIZE))
                        .blockNode(Map.of("driver", "null-co", "node-name", "to", "size", SIZE));
            }
        }

        @Test
        void backs_up(QemuMachine vm, QmpClient qmp) {
            vm.faults().failReads("from");
            qmp.execute(backup("report"));

            assertThat(qmp).job("backup0").within(SOON).succeeds();
        }
    }

    @QemuTest
    static class Seed40 {

        @Test
        @Vm(args = {"-device", "virtio-blk-pci"})
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    static class Seed41 {

        @Test
        void takes_a_picture(QmpClient qmp, @TempDir Path dir) {
            Object socket = Map.of(
                    "type", "unix", "data", Map.of("path", dir.resolve("c0").toString()));
            qmp.executeAsync(QmpCommand.of("chardev-add")
                    .with("id", "c0")
                    .with(
                            "backend",
                            Map.of("type", "socket", "data", Map.of("addr", socket, "server", true, "wait", true))));

            qmp.execute(QmpCommand.of("query-status").withTimeout(BRIEFLY));
        }
    }

    @QemuTest
    static class Seed42 {

        @Test
        void has_its_memory(QmpClient qmp) {
            assertThat(qmp).executing("query-memory-size-summary").returns("base-memory", 256 << 20);
        }
    }

    @QemuTest
    static class Seed43 {

        @Test
        @Vm(
                machine = "pc",
                args = {"-m", "16"})
        void raises_an_interrupt(Qtest guest) {
            guest.interceptIrqsInto("ioapic");

            assertThat(guest).within(BRIEFLY).awaitIrqRaised(4);
        }
    }

    @QemuTest
    static class Seed44 {

        @Test
        void is_paused(QemuMachine vm) {
            assertThat(vm).within(BRIEFLY).awaitStatus("pausd");
        }
    }

    @QemuTest
    static class Seed45 {

        @Test
        void stops_once(QmpClient qmp) {
            qmp.execute("stop");
            qmp.execute("cont");
            qmp.execute("stop");

            assertThat(qmp).awaitEvent(STOP).exactly(1);
        }
    }

    static class Seed46 {

        private static final String IMAGE = image();

        @RegisterExtension
        static final QemuExtension qemu = QemuExtension.builder()
                .vm("one", vm -> vm.machine("pc").args("-drive", "file=" + IMAGE + ",format=raw,if=ide"))
                .vm("two", vm -> vm.machine("pc").args("-drive", "file=" + IMAGE + ",format=raw,if=ide"))
                .build();

        private static String image() {
            try {
                Path image = Files.createTempFile("seeded", ".raw");
                Files.write(image, new byte[SIZE]);
                image.toFile().deleteOnExit();
                return image.toString();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Test
        void share_a_disk(@Vm("one") QmpClient one, @Vm("two") QmpClient two) {
            assertThat(one).executing("query-status").returns("running", true);
            assertThat(two).executing("query-status").returns("running", true);
        }
    }

    @QemuTest
    static class Seed47 {

        @Test
        void mirrors(QmpClient qmp) {
            addNulls(qmp, "from", "to");

            qmp.execute(
                    "blockdev-mirror", Map.of("job-id", "mirror0", "device", "from", "traget", "to", "sync", "ful"));
        }
    }

    @QemuTest
    static class Seed48 {

        @Test
        @Vm(factory = Seed48.Broken.class)
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }

        static final class Broken implements VmFactory {
            @Override
            public void define(QemuMachineBuilder vm, ExtensionContext context) {
                vm.machine("q35").blockNode(Map.of("node-name", "disk0", "size", SIZE));
            }
        }
    }

    @QemuTest
    @Vm("src")
    static class Seed49 {

        @Test
        void starts(@Vm("scr") QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    static class Seed50 {

        @Test
        @Vm(
                machine = "q35",
                args = {"-m", "64"},
                console = "serial",
                qtest = true)
        void writes(QemuMachine vm, SerialConsole console) {
            assertThat(console).within(BRIEFLY).awaitLine(containing("login:"));
        }
    }

    @QemuTest
    static class Seed51 {

        @Test
        void mirrors(QmpClient qmp) {
            addNulls(qmp, "from", "to");
            qmp.execute(mirror("mirror0"));
            assertThat(qmp).job("mirror0").within(SOON).reaches("ready");

            assertThat(qmp).within(BRIEFLY).awaitNoJobs();
        }
    }

    @QemuTest
    static class Seed52 {

        @Test
        void compares(QmpClient qmp) {
            org.assertj.core.api.Assertions.assertThat(
                            qmp.execute("query-status").path("status").asString())
                    .isEqualTo("paused");
        }
    }

    @QemuTest
    static class Seed53 {

        @Test
        @Vm(args = {"-chardev", "socket,id=c0,host=127.0.0.1,port=1"})
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    static class Seed54 {

        @Test
        void exits(QemuMachine vm, QmpClient qmp) {
            qmp.execute("quit");

            qmp.execute("query-status");
        }
    }

    @QemuTest
    static class Seed56 {

        @Test
        void waits(QemuMachine vm) {
            assertThat(vm).within(BRIEFLY).exitsWith(0);
        }
    }

    static class Seed59 {

        @RegisterExtension
        static final QemuExtension qemu = QemuExtension.builder()
                .vm("src", vm -> vm.machine("q35").accelerators("tcg").memory("64M"))
                .vm(
                        "dst",
                        vm -> vm.machine("q35")
                                .accelerators("tcg")
                                .memory("128M")
                                .incoming())
                .build();

        @Test
        void migrates(@Vm("src") QmpClient src, @Vm("dst") QmpClient dst, @TempDir Path dir) {
            String uri = "unix:" + dir.resolve("m");
            dst.execute("migrate-incoming", Map.of("uri", uri));
            src.execute("migrate", Map.of("uri", uri));

            assertThat(src).within(SOON).awaitReply("query-migrate").with("status", "completed");
        }
    }

    @QemuTest
    static class Seed60 {

        @Test
        void mirrors(QmpClient qmp) {
            addNulls(qmp, "from", "to");
            qmp.execute(mirror("mirror0"));
            assertThat(qmp).job("mirror0").within(SOON).reaches("ready");

            qmp.execute("job-complete", Map.of("id", "miror0"));
        }
    }

    @QemuTest
    static class Seed61 {

        @Test
        @Vm(
                machine = "q35",
                args = {"-m", "64", "-device", "virtio-blk-pci,drvie=disk0"})
        void starts(QemuMachine vm) {
            assertThat(vm).isRunning();
        }
    }

    @QemuTest
    static class Seed62 {

        @Test
        void aborts(QemuMachine vm, QmpClient qmp) {
            qmp.execute("quit");

            assertThat(vm).within(SOON).endsBySignal(6);
        }
    }
}
