package io.github.qmpjunit.examples;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_CANCELLED;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_COMPLETED;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_ERROR;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_PENDING;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_READY;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.ListenerScope;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.job.QmpJobListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs, one and several at a time, without one taking another's events: what the authors of QEMU's Python library wanted to be
 * easy when they designed its listeners on the mailing list.
 */
@QemuTest
class JobsTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int SIZE = 1 << 20;

    // Mail thread, example 2
    @Test
    void waits_for_the_end_of_a_job(QmpClient qmp, @TempDir Path dir) {
        Path image = dir.resolve("disk.raw");
        try (QmpEventListener job = qmp.listen(JOB_STATUS_CHANGE)) {
            startCreation(qmp, "job0", image);
            for (QmpEvent event : job.arriving()) {
                if (status("concluded").matches(event)) {
                    break;
                }
            }
            dismiss(qmp, "job0");
        }

        assertThat(image).hasSize(SIZE);
        assertThat(qmp.execute("query-jobs")).isEmpty();
    }

    // Mail thread, example 4
    @Test
    void follows_a_job_through_events_of_several_names(QmpClient qmp, @TempDir Path dir) throws IOException {
        try (QmpEventListener job = qmp.listen(
                BLOCK_JOB_COMPLETED,
                BLOCK_JOB_CANCELLED,
                BLOCK_JOB_ERROR,
                BLOCK_JOB_READY,
                BLOCK_JOB_PENDING,
                JOB_STATUS_CHANGE)) {
            Path original = addDisk(qmp, dir, "original");
            Path copy = addDisk(qmp, dir, "copy");
            qmp.execute(QmpCommand.of("blockdev-backup")
                    .with("job-id", "job0")
                    .with("device", "original")
                    .with("target", "copy")
                    .with("sync", "full")
                    .with("auto-finalize", false));

            job.next(event(BLOCK_JOB_PENDING), SOON);
            qmp.execute("job-finalize", Map.of("id", "job0"));
            job.next(event(BLOCK_JOB_COMPLETED), SOON);

            job.next(status("null"), SOON);
            assertThat(copy).hasSameBinaryContentAs(original);
        }
    }

    // Mail thread, example 5
    @Test
    void waits_for_the_end_of_a_job_in_a_word(QmpClient qmp, @TempDir Path dir) {
        Path image = dir.resolve("disk.raw");
        try (QmpEventListener job = qmp.listen(JOB_STATUS_CHANGE)) {
            startCreation(qmp, "job0", image);
            job.next(status("concluded"), SOON);
            dismiss(qmp, "job0");
        }

        assertThat(image).hasSize(SIZE);
    }

    // Mail thread, example 6
    @Test
    @SuppressWarnings("try") // Java 17 has no way to leave the scope without a name
    void listens_with_two_listeners_that_take_nothing_from_each_other(QmpClient qmp, @TempDir Path dir) {
        QmpEventListener ends = QmpEventListener.of(status("concluded"));
        QmpEventListener changes = QmpEventListener.of(event(JOB_STATUS_CHANGE));
        try (ListenerScope both = qmp.listen(ends, changes)) {
            startCreation(qmp, "job0", dir.resolve("disk.raw"));

            QmpEvent end = ends.next(SOON);
            assertThat(changes.next(status("concluded"), SOON)).isEqualTo(end);
        }

        assertThat(changes.pending()).as("cleared at the end of the block").isEmpty();
        dismiss(qmp, "job0");
        qmp.events().next(status("null"), SOON);
        assertThat(changes.history()).as("deaf after the block").noneMatch(status("null")::matches);
    }

    // Mail thread, example 7
    @Test
    void hears_only_of_its_own_job(QmpClient qmp, @TempDir Path dir) {
        try (QmpEventListener job0 = qmp.listen(event(JOB_STATUS_CHANGE).withData("id", "job0"))) {
            startCreation(qmp, "another", dir.resolve("another.raw"));
            startCreation(qmp, "job0", dir.resolve("disk.raw"));

            job0.next(status("created"), SOON);
            job0.next(status("concluded"), SOON);
            assertThat(job0.history()).extracting(JobsTest::jobOf).containsOnly("job0");
        }
        qmp.events().next(status("concluded").withData("id", "another"), SOON);
    }

    // Mail thread, example 8
    @Test
    @SuppressWarnings("try") // Java 17 has no way to leave the scope without a name
    void waits_for_two_jobs_in_any_order(QmpClient qmp, @TempDir Path dir) {
        QmpJobListener job0 = new QmpJobListener("job0");
        QmpJobListener job1 = new QmpJobListener("job1");
        try (ListenerScope both = qmp.listen(job0, job1)) {
            startCreation(qmp, "job0", dir.resolve("0.raw"));
            startCreation(qmp, "job1", dir.resolve("1.raw"));

            assertThat(jobOf(job1.next(status("concluded"), SOON))).isEqualTo("job1");
            assertThat(jobOf(job0.next(status("concluded"), SOON))).isEqualTo("job0");
        }

        assertThat(dir.resolve("0.raw")).hasSize(SIZE);
        assertThat(dir.resolve("1.raw")).hasSize(SIZE);
    }

    // Mail thread, example 9
    @Test
    void runs_jobs_from_several_threads(QmpClient qmp, @TempDir Path dir) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<Object>> ends = threads.invokeAll(
                List.of(
                        Executors.callable(() -> create(qmp, "job2", dir.resolve("2.raw"))),
                        Executors.callable(() -> create(qmp, "job3", dir.resolve("3.raw")))),
                SOON.toSeconds(),
                TimeUnit.SECONDS);
        threads.shutdown();

        assertThat(ends).allSatisfy(end -> assertThat(end).succeedsWithin(Duration.ZERO));
        assertThat(dir.resolve("2.raw")).hasSize(SIZE);
        assertThat(dir.resolve("3.raw")).hasSize(SIZE);
        assertThat(qmp.execute("query-jobs")).isEmpty();
    }

    private static void create(QmpClient qmp, String id, Path image) {
        try (QmpEventListener job = qmp.listen(event(JOB_STATUS_CHANGE).withData("id", id))) {
            startCreation(qmp, id, image);
            job.next(status("concluded"), SOON);
            dismiss(qmp, id);
            job.next(status("null"), SOON);
        }
    }

    // Mail thread, what its examples leave open: the jobs of one transaction
    @Test
    void follows_each_job_of_a_transaction(QmpClient qmp, @TempDir Path dir) throws IOException {
        Path original = addDisk(qmp, dir, "original");
        Path first = addDisk(qmp, dir, "first");
        Path second = addDisk(qmp, dir, "second");
        QmpJobListener job0 = new QmpJobListener("job0");
        QmpJobListener job1 = new QmpJobListener("job1");
        qmp.register(job0);
        qmp.register(job1);

        qmp.execute("transaction", Map.of("actions", List.of(backup("job0", "first"), backup("job1", "second"))));

        job1.next(event(BLOCK_JOB_COMPLETED), SOON);
        job0.next(event(BLOCK_JOB_COMPLETED), SOON);
        job1.next(status("null"), SOON);
        job0.next(status("null"), SOON);
        assertThat(first).hasSameBinaryContentAs(original);
        assertThat(second).hasSameBinaryContentAs(original);
    }

    private static Map<String, ?> backup(String job, String target) {
        return Map.of(
                "type",
                "blockdev-backup",
                "data",
                Map.of("job-id", job, "device", "original", "target", target, "sync", "full"));
    }

    private static EventMatcher status(String status) {
        return event(JOB_STATUS_CHANGE).withData("status", status);
    }

    private static String jobOf(QmpEvent event) {
        return event.data().path("id").asString();
    }

    private static void startCreation(QmpClient qmp, String job, Path image) {
        qmp.execute(
                "blockdev-create",
                Map.of("job-id", job, "options", Map.of("driver", "file", "filename", image, "size", SIZE)));
    }

    private static void dismiss(QmpClient qmp, String job) {
        qmp.execute("job-dismiss", Map.of("id", job));
    }

    /** Each disk holds other bytes, so that a copy cannot be like its original by chance. */
    private static Path addDisk(QmpClient qmp, Path dir, String node) throws IOException {
        byte[] content = new byte[SIZE];
        new Random(node.hashCode()).nextBytes(content);
        Path disk = Files.write(dir.resolve(node + ".raw"), content);
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", node, "filename", disk));
        return disk;
    }
}
