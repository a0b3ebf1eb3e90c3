package com.example

import io.github.qmpjunit.assertj.QmpAssertions.assertThat
import io.github.qmpjunit.junit.EnabledIfQemu
import io.github.qmpjunit.junit.QemuTest
import io.github.qmpjunit.junit.Vm
import io.github.qmpjunit.qapi.BlockdevAdd
import io.github.qmpjunit.qapi.BlockdevBackup
import io.github.qmpjunit.qapi.BlockdevOptions
import io.github.qmpjunit.qapi.BlockdevRef
import io.github.qmpjunit.qapi.JobStatus
import io.github.qmpjunit.qapi.JobStatusChange
import io.github.qmpjunit.qapi.MemoryDeviceInfo
import io.github.qmpjunit.qapi.MirrorSyncMode
import io.github.qmpjunit.qapi.QueryMemoryDevices
import io.github.qmpjunit.qapi.QueryStatus
import io.github.qmpjunit.qapi.RunState
import io.github.qmpjunit.qmp.QmpClient
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import kotlin.jvm.optionals.getOrNull

@QemuTest
class TypesTest {

    @Test
    @Vm(allowedStderr = ["target block device"])
    fun `backs up a disk`(qmp: QmpClient) {
        qmp.execute(BlockdevAdd.of(
            BlockdevOptions.raw(BlockdevOptions.nullCo().size(1 shl 20).readZeroes(true)).nodeName("disk")))
        qmp.execute(BlockdevAdd.of(BlockdevOptions.nullCo().size(1 shl 20).nodeName("copy")))

        qmp.execute(BlockdevBackup.of("disk", MirrorSyncMode.FULL, "copy").jobId("backup0"))

        val concluded = assertThat(qmp).awaitEvent(JobStatusChange.EVENT)
            .withData(JobStatusChange.ID, "backup0")
            .withData(JobStatusChange.STATUS, JobStatus.CONCLUDED)
            .actual().`as`(JobStatusChange.EVENT)
        assertEquals("backup0", concluded.id())
    }

    @Test
    fun `reads an enumeration`(qmp: QmpClient) {
        val status = qmp.execute(QueryStatus.command())

        when (status.status()) {
            RunState.RUNNING -> assertTrue(status.running())
            else -> throw AssertionError(status)
        }
    }

    @Test
    @EnabledIfQemu(machine = ["q35"])
    @Vm(
        machine = "q35",
        args = [
            "-m", "64,slots=1,maxmem=128M",
            "-object", "memory-backend-ram,id=ram0,size=16M",
            "-device", "pc-dimm,id=dimm0,memdev=ram0",
        ],
    )
    fun `reads a union`(qmp: QmpClient) {
        when (val device = qmp.execute(QueryMemoryDevices.command()).single()) {
            is MemoryDeviceInfo.Dimm -> assertEquals("dimm0", device.data().id().getOrNull())
            else -> throw AssertionError(device)
        }
    }

    @Test
    fun `reads an alternate`() {
        val file = BlockdevOptions.raw("file0").file()

        assertEquals("file0", file.reference().getOrNull())
        assertEquals(BlockdevRef.of("file0"), file)
        assertThat(file.definition()).isEmpty()
    }
}
