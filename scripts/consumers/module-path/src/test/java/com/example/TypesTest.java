package com.example;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.EnabledIfQemu;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qapi.BlockdevAdd;
import io.github.qmpjunit.qapi.BlockdevBackup;
import io.github.qmpjunit.qapi.BlockdevOptions;
import io.github.qmpjunit.qapi.JobStatus;
import io.github.qmpjunit.qapi.JobStatusChange;
import io.github.qmpjunit.qapi.MemoryDeviceInfo;
import io.github.qmpjunit.qapi.MirrorSyncMode;
import io.github.qmpjunit.qapi.QueryMemoryDevices;
import io.github.qmpjunit.qmp.QmpClient;
import org.junit.jupiter.api.Test;

@QemuTest
class TypesTest {

    @Test
    @Vm(allowedStderr = "target block device")
    void backs_up_a_disk(QmpClient qmp) {
        qmp.execute(BlockdevAdd.of(BlockdevOptions.raw(BlockdevOptions.nullCo().size(1 << 20).readZeroes(true))
                .nodeName("disk")));
        qmp.execute(BlockdevAdd.of(BlockdevOptions.nullCo().size(1 << 20).nodeName("copy")));

        qmp.execute(BlockdevBackup.of("disk", MirrorSyncMode.FULL, "copy").jobId("backup0"));

        assertThat(qmp)
                .awaitEvent(JobStatusChange.EVENT)
                .withData(JobStatusChange.ID, "backup0")
                .withData(JobStatusChange.STATUS, JobStatus.CONCLUDED)
                .extracting(event -> event.as(JobStatusChange.EVENT))
                .satisfies(change -> assertThat(change.status()).isEqualTo(JobStatus.CONCLUDED));
    }

    @Test
    @EnabledIfQemu(machine = "q35")
    @Vm(
            machine = "q35",
            args = {
                "-m", "64,slots=1,maxmem=128M",
                "-object", "memory-backend-ram,id=ram0,size=16M",
                "-device", "pc-dimm,id=dimm0,memdev=ram0"
            })
    void reads_a_union(QmpClient qmp) {
        MemoryDeviceInfo device = qmp.execute(QueryMemoryDevices.command()).get(0);

        assertThat(device).isInstanceOfSatisfying(MemoryDeviceInfo.Dimm.class, dimm -> {
            assertThat(dimm.data().id()).contains("dimm0");
            assertThat(dimm.data().size()).isEqualTo(16 << 20);
        });
    }

    @Test
    void reads_an_alternate() {
        BlockdevOptions.Raw byName = BlockdevOptions.raw("file0");
        BlockdevOptions.Raw inPlace = BlockdevOptions.raw(BlockdevOptions.file("/dev/null"));

        assertThat(byName.file().reference()).contains("file0");
        assertThat(inPlace.file().definition()).get().isInstanceOf(BlockdevOptions.File.class);
    }
}
