package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qemu.disk.QemuTool;
import io.github.qmpjunit.qemu.disk.QemuTools;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;

/** The matrix of formats, and the disks that a test is given. */
class DiskFormatsTest {

    @TempDir
    static Path dir;

    private static Path withoutVhdx;

    @BeforeAll
    static void build_a_qemu_img_without_vhdx() throws IOException {
        withoutVhdx = dir.resolve("qemu-img");
        Files.writeString(
                withoutVhdx,
                "#!/bin/sh\n[ $1 = --help ] || exec '%s' \"$@\"\necho 'Supported formats: qcow2 qed raw'\n"
                        .formatted(QemuTools.usual().find(QemuTool.QEMU_IMG)));
        Files.setPosixFilePermissions(withoutVhdx, PosixFilePermissions.fromString("rwx------"));
    }

    @QemuTest
    static class Methods {

        @ParameterizedTest
        @DiskFormats({DiskFormat.QCOW2, DiskFormat.VHDX})
        void test(DiskFormat format, Disks disks) {
            Disk disk = disks.of(format, "disk").size("1M").create();
            Runs.see("methods", format);
            Runs.see("folders of methods", disk.path().getParent());
        }
    }

    @ParameterizedClass
    @DiskFormats({DiskFormat.QCOW2, DiskFormat.VHDX})
    record Constructed(DiskFormat format) {

        @Test
        void test() {
            Runs.see("constructed", format);
        }
    }

    @ParameterizedClass
    @DiskFormats({DiskFormat.QCOW2, DiskFormat.VHDX})
    static class InFields {

        @Parameter
        DiskFormat format;

        @Test
        void test() {
            Runs.see("in fields", format);
        }
    }

    static class All {

        @ParameterizedTest
        @DiskFormats
        void test(DiskFormat format) {
            Runs.see("all", format);
        }
    }

    @Test
    void a_test_runs_once_for_each_format() {
        Runs.runWell(Methods.class, All.class);

        assertThat(Runs.seen("all")).hasSize(DiskFormat.values().length - 1).doesNotContain(DiskFormat.LUKS);
        assertThat(Runs.seen("folders of methods"))
                .hasSizeGreaterThanOrEqualTo(2)
                .doesNotHaveDuplicates()
                .allSatisfy(folder -> assertThat((Path) folder).doesNotExist());
    }

    @Test
    void a_format_that_the_tools_lack_is_skipped_with_a_reason() {
        for (Class<?> cases : List.of(Methods.class, Constructed.class, InFields.class)) {
            EngineExecutionResults results = Runs.run(Map.of("qmpjunit.qemu-img", withoutVhdx.toString()), cases);

            results.testEvents()
                    .assertStatistics(
                            statistics -> statistics.succeeded(1).aborted(1).failed(0));
            assertThat(results.testEvents().aborted().stream()
                            .map(event -> event.getRequiredPayload(TestExecutionResult.class)
                                    .getThrowable()
                                    .orElseThrow()
                                    .getMessage()))
                    .containsExactly("Skipped, since %s was built without the format \"vhdx\". It has qcow2, qed, raw"
                            .formatted(withoutVhdx));
        }
        assertThat(Runs.seen("constructed")).containsExactly(DiskFormat.QCOW2);
        assertThat(Runs.seen("in fields")).containsExactly(DiskFormat.QCOW2);
    }

    @QemuTest
    static class Given {

        @Test
        void a_machine_and_disks(QmpClient qmp, Disks disks, QemuTools tools) {
            Runs.see("found", tools.find(QemuTool.QEMU_IMG));
            Runs.see("found", disks.tools().find(QemuTool.QEMU_IMG));
        }
    }

    @QemuTest
    @Vm(factory = BesideQemu.class)
    static class GivenBesideTheMachines {

        @Test
        void a_machine_and_disks(QmpClient qmp, QemuTools tools) {
            Runs.see("beside", tools.find(QemuTool.QEMU_IMG));
        }
    }

    static class BesideQemu implements VmFactory {

        @Override
        public void define(
                io.github.qmpjunit.qemu.QemuMachineBuilder vm,
                org.junit.jupiter.api.extension.ExtensionContext context) {
            try {
                vm.binary(Runs.script(dir, "qemu-system", "exec \"$QEMU\" \"$@\""));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void a_test_is_given_the_tools_of_its_QEMU() {
        Runs.runWell(Map.of("qmpjunit.tools", dir.toString()), Given.class);
        Runs.runWell(GivenBesideTheMachines.class);

        assertThat(Runs.seen("found")).containsExactly(withoutVhdx, withoutVhdx);
        assertThat(Runs.seen("beside")).containsExactly(withoutVhdx);
    }
}
