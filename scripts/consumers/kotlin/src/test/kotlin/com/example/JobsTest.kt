package com.example

import io.github.qmpjunit.assertj.QmpAssertions.assertThat
import io.github.qmpjunit.junit.QemuTest
import io.github.qmpjunit.qmp.EventMatcher.event
import io.github.qmpjunit.qmp.QmpClient
import io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.io.path.createFile

@QemuTest
class JobsTest {

    @Test
    fun `creates an image`(qmp: QmpClient, @TempDir dir: Path) {
        val image = dir.resolve("disk.qcow2").createFile()
        qmp.execute("blockdev-add", mapOf("driver" to "file", "node-name" to "file0", "filename" to image))
        qmp.listen(event(JOB_STATUS_CHANGE).withData("id", "create0")).use { job ->
            qmp.execute(
                "blockdev-create",
                mapOf("job-id" to "create0", "options" to mapOf("driver" to "qcow2", "file" to "file0", "size" to (1 shl 20))),
            )

            assertThat(job).awaitEvent().withData("status", "concluded")
        }
        assertThat(qmp).job("create0").succeeds()
    }
}
