package io.github.qmpjunit.examples;

import static io.github.qmpjunit.qmp.EventMatcher.anyEvent;
import static io.github.qmpjunit.qmp.EventMatcher.anyOf;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_CANCELLED;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_COMPLETED;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_ERROR;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_PENDING;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_READY;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static io.github.qmpjunit.qmp.QmpEvents.RESET;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.ListenerScope;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.job.QmpJobListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How to hear what QEMU tells: the ways that the events tutorial of QEMU's Python library teaches, in its order. */
@QemuTest
class EventListenersTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final EventMatcher CONCLUDED = event(JOB_STATUS_CHANGE).withData("status", "concluded");

    // Events tutorial: a listener with one name. Mail thread, example 1
    @Test
    void waits_for_one_kind_of_event(QmpClient qmp) {
        try (QmpEventListener stops = qmp.listen(STOP)) {
            qmp.execute("stop");
            qmp.execute("cont");

            assertThat(stops.next(SOON).name()).isEqualTo("STOP");
            assertThat(stops.pending()).isEmpty();
        }
    }

    // Events tutorial: a listener with two or more names
    @Test
    void follows_several_kinds_of_event_in_their_order(QmpClient qmp) {
        try (QmpEventListener runState = qmp.listen(STOP, RESUME)) {
            qmp.execute("stop");
            assertThat(runState.next(SOON).name()).isEqualTo("STOP");

            qmp.execute("cont");
            assertThat(runState.next(SOON).name()).isEqualTo("RESUME");
        }
    }

    // Events tutorial: a listener with no names
    @Test
    void hears_every_event_and_takes_the_one_it_wants(QmpClient qmp) {
        try (QmpEventListener everything = qmp.listen()) {
            qmp.execute("stop");
            qmp.execute("system_reset");

            assertThat(everything.next(event(RESET), SOON).name()).isEqualTo("RESET");
            assertThat(everything.next(SOON).name())
                    .as("left for the next taker")
                    .isEqualTo("STOP");
        }
    }

    // Events tutorial: iterating over a listener. Mail thread, example 3
    @Test
    void watches_whatever_arrives(QmpClient qmp) {
        List<String> seen = new ArrayList<>();
        try (QmpEventListener everything = qmp.listen()) {
            qmp.execute("stop");
            qmp.execute("cont");
            for (QmpEvent event : everything.arriving()) {
                seen.add(event.name());
                if (event.name().equals("RESUME")) {
                    break; // the next round would wait for one more event
                }
            }
        }

        assertThat(seen).containsExactly("STOP", "RESUME");
    }

    // Events tutorial: iterating over a listener, the same as a pipeline
    @Test
    void takes_as_many_events_as_it_wants(QmpClient qmp) {
        try (QmpEventListener everything = qmp.listen()) {
            qmp.execute("stop");
            qmp.execute("cont");

            assertThat(everything.stream().limit(2)).extracting(QmpEvent::name).containsExactly("STOP", "RESUME");
        }
    }

    // Events tutorial: a task that retrieves events concurrently
    @Test
    void handles_events_while_the_test_goes_on(QmpClient qmp) throws InterruptedException {
        BlockingQueue<String> handled = new LinkedBlockingQueue<>();
        QmpEventListener handler = qmp.onEvent(anyEvent(), event -> handled.add(event.name()));

        qmp.execute("stop");
        qmp.execute("cont");
        assertThat(handled.poll(10, TimeUnit.SECONDS)).isEqualTo("STOP");
        assertThat(handled.poll(10, TimeUnit.SECONDS)).isEqualTo("RESUME");

        handler.close(); // no call from here on
    }

    // Events tutorial: registering and removing a listener
    @Test
    void watches_from_start_to_stop_and_again(QmpClient qmp) throws InterruptedException {
        Watcher watcher = new Watcher(qmp);

        watcher.start();
        qmp.execute("stop");
        assertThat(watcher.seen.poll(10, TimeUnit.SECONDS)).isEqualTo("STOP");
        watcher.stop();

        qmp.execute("cont");
        watcher.start();
        qmp.execute("stop");
        assertThat(watcher.seen.poll(10, TimeUnit.SECONDS)).as("not RESUME").isEqualTo("STOP");
        watcher.stop();
    }

    /** Lives longer than any block: its thread ends when its listener is removed. */
    private static final class Watcher {

        private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        private final QmpEventListener listener = new QmpEventListener();
        private final QmpClient qmp;
        private Thread thread = new Thread();

        Watcher(QmpClient qmp) {
            this.qmp = qmp;
        }

        void start() {
            qmp.register(listener);
            thread = new Thread(() -> listener.arriving().forEach(event -> seen.add(event.name())));
            thread.start();
        }

        void stop() throws InterruptedException {
            qmp.remove(listener);
            thread.join(SOON.toMillis());
            assertThat(thread.isAlive()).isFalse();
        }
    }

    // Events tutorial: the built-in listener
    @Test
    void asks_for_what_happened_without_having_listened(QmpClient qmp) {
        qmp.execute("stop");
        qmp.execute("cont");

        assertThat(qmp.events().next(SOON).name()).isEqualTo("STOP");
        assertThat(qmp.events().next(SOON).name()).isEqualTo("RESUME");
    }

    // Events tutorial: both single events and iteration
    @Test
    void gives_each_event_to_one_taker(QmpClient qmp) {
        try (QmpEventListener everything = qmp.listen()) {
            Iterator<QmpEvent> one = everything.arriving().iterator();
            Iterator<QmpEvent> other = everything.arriving().iterator();
            qmp.execute("stop");
            qmp.execute("cont");
            qmp.execute("stop");

            assertThat(one.next().name()).isEqualTo("STOP");
            assertThat(everything.next(SOON).name()).isEqualTo("RESUME");
            assertThat(other.next().name()).isEqualTo("STOP");
            assertThat(everything.pending()).isEmpty();
        }
    }

    // Events tutorial: several listeners
    @Test
    void gives_each_event_to_every_listener(QmpClient qmp) {
        try (QmpEventListener mine = qmp.listen()) {
            qmp.execute("stop");

            QmpEvent stop = mine.next(SOON);
            assertThat(stop.name()).isEqualTo("STOP");
            assertThat(qmp.events().next(SOON)).isEqualTo(stop);
        }
    }

    // Events tutorial: clearing listeners
    @Test
    void forgets_what_does_not_matter(QmpClient qmp) {
        qmp.execute("stop");
        List<QmpEvent> forgotten = qmp.events().clear();
        qmp.execute("cont");

        assertThat(forgotten).extracting(QmpEvent::name).containsExactly("STOP");
        assertThat(qmp.events().next(SOON).name()).isEqualTo("RESUME");
    }

    // Events tutorial: a listener's history
    @Test
    void remembers_all_that_it_heard(QmpClient qmp) {
        qmp.execute("stop");
        qmp.events().clear();
        qmp.execute("cont");

        assertThat(qmp.events().history()).extracting(QmpEvent::name).containsExactly("STOP", "RESUME");
    }

    // Events tutorial: event filters
    @Test
    void follows_one_job_among_several(QmpClient qmp) {
        EventMatcher ofJob1 = event(JOB_STATUS_CHANGE)
                .where("it is about job1", event -> jobOf(event).equals("job1"));
        try (QmpEventListener job1 = qmp.listen(ofJob1)) {
            startBackup(qmp, "job0");
            startBackup(qmp, "job1");

            for (QmpEvent event : job1.arriving()) {
                if (CONCLUDED.matches(event)) {
                    break;
                }
            }
            assertThat(job1.history()).extracting(EventListenersTest::jobOf).containsOnly("job1");
        }
        qmp.events().next(statusOf("job0").withData("status", "null"), SOON);
    }

    // Events tutorial: event filters with a parameter
    @Test
    void follows_any_job_by_its_id(QmpClient qmp) {
        try (QmpEventListener job2 = qmp.listen(statusOf("job2"))) {
            startBackup(qmp, "job1");
            startBackup(qmp, "job2");

            assertThat(jobOf(job2.next(CONCLUDED, SOON))).isEqualTo("job2");
        }
        qmp.events().next(statusOf("job1").withData("status", "null"), SOON);
    }

    private static EventMatcher statusOf(String job) {
        return event(JOB_STATUS_CHANGE).withData("id", job);
    }

    private static String jobOf(QmpEvent event) {
        return event.data().path("id").asString();
    }

    // Events tutorial: activating an existing listener
    @Test
    void listens_for_a_while_with_a_listener_made_before(QmpClient qmp) {
        QmpEventListener prepared = QmpEventListener.of(anyOf(
                BLOCK_JOB_COMPLETED,
                BLOCK_JOB_CANCELLED,
                BLOCK_JOB_ERROR,
                BLOCK_JOB_READY,
                BLOCK_JOB_PENDING,
                JOB_STATUS_CHANGE));
        try (QmpEventListener blockJobs = qmp.listen(prepared)) {
            startBackup(qmp, "job3");

            blockJobs.next(event(BLOCK_JOB_COMPLETED).withData("device", "job3"), SOON);
            assertThat(blockJobs.pending()).isNotEmpty();
        }

        assertThat(prepared.pending()).as("cleared at the end of the block").isEmpty();
        assertThat(prepared.history()).extracting(QmpEvent::name).contains("BLOCK_JOB_COMPLETED");
        qmp.events().next(statusOf("job3").withData("status", "null"), SOON);
    }

    // Events tutorial: activating several existing listeners
    @Test
    @SuppressWarnings("try") // Java 17 has no way to leave the scope without a name
    void follows_two_jobs_at_once(QmpClient qmp, @TempDir Path dir) {
        QmpEventListener jobA = QmpEventListener.of(statusOf("jobA"));
        QmpEventListener jobB = QmpEventListener.of(statusOf("jobB"));
        try (ListenerScope both = qmp.listen(jobA, jobB)) {
            startCreation(qmp, "jobA", dir.resolve("a.raw"));
            startCreation(qmp, "jobB", dir.resolve("b.raw"));

            assertThat(jobOf(jobB.next(CONCLUDED, SOON))).isEqualTo("jobB");
            assertThat(jobOf(jobA.next(CONCLUDED, SOON))).isEqualTo("jobA");
        }

        assertThat(dir.resolve("a.raw")).hasSize(1 << 20);
        assertThat(dir.resolve("b.raw")).hasSize(1 << 20);
    }

    // Events tutorial: extending the listener
    @Test
    void knows_what_only_its_own_subclass_knows(QmpClient qmp) {
        FinishedJobs finished = new FinishedJobs();
        qmp.register(finished);
        startBackup(qmp, "first");
        startBackup(qmp, "second");

        assertThat(List.of(finished.nextId(), finished.nextId())).containsExactlyInAnyOrder("first", "second");
    }

    /** Hears only of jobs that are over. */
    private static final class FinishedJobs extends QmpEventListener {

        FinishedJobs() {
            super(event(JOB_STATUS_CHANGE));
        }

        @Override
        protected boolean accepts(QmpEvent event) {
            return super.accepts(event)
                    && event.data().path("status").asString().equals("null");
        }

        String nextId() {
            return jobOf(next(SOON));
        }
    }

    // Events tutorial: the listener for all that happens to one job
    @Test
    void hears_all_that_happens_to_one_job(QmpClient qmp) {
        QmpJobListener job4 = new QmpJobListener("job4");
        qmp.register(job4);
        startBackup(qmp, "job4");
        startBackup(qmp, "job5");

        job4.next(event(BLOCK_JOB_COMPLETED), SOON);
        job4.next(event(JOB_STATUS_CHANGE).withData("status", "null"), SOON);
        qmp.events().next(statusOf("job5").withData("status", "null"), SOON);
        assertThat(job4.history()).noneMatch(event -> event.toString().contains("job5"));
    }

    private static void startBackup(QmpClient qmp, String job) {
        for (String disk : List.of(job + "-from", job + "-to")) {
            qmp.execute(
                    "blockdev-add",
                    Map.of("driver", "null-co", "node-name", disk, "size", 1 << 20, "read-zeroes", true));
        }
        qmp.execute(
                "blockdev-backup",
                Map.of("job-id", job, "device", job + "-from", "target", job + "-to", "sync", "full"));
    }

    private static void startCreation(QmpClient qmp, String job, Path image) {
        qmp.execute(
                "blockdev-create",
                Map.of("job-id", job, "options", Map.of("driver", "file", "filename", image, "size", 1 << 20)));
    }
}
