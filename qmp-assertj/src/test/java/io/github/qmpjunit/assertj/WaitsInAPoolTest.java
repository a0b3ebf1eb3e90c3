package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * JUnit runs parallel tests in a fork-join pool. A wait that tells the pool of itself (an untimed one, or that of a
 * CompletableFuture) lets it start further tests, and so further machines, than the user allowed.
 */
class WaitsInAPoolTest {

    private static final int PARALLELISM = 2;
    private static final Duration SHORT = Duration.ofMillis(200);

    private final ScriptedVm vm = new ScriptedVm();

    @AfterEach
    void close() {
        vm.close();
    }

    @Test
    void this_test_can_tell_a_wait_that_starts_others() throws InterruptedException {
        assertThat(mostAtOnce(() -> {
                    try {
                        new CompletableFuture<>()
                                .orTimeout(SHORT.toMillis(), TimeUnit.MILLISECONDS)
                                .get();
                    } catch (InterruptedException | ExecutionException e) {
                        // It has timed out, as it was to.
                    }
                }))
                .isGreaterThan(PARALLELISM);
    }

    @Test
    void a_wait_for_an_event() throws InterruptedException {
        assertStartsNoOthers(() -> assertThat(vm.qmp).within(SHORT).awaitEvent("NEVER"));
    }

    @Test
    void a_wait_for_an_event_of_a_listener() throws InterruptedException {
        assertStartsNoOthers(() -> assertThat(vm.qmp.events()).within(SHORT).awaitEvent("NEVER"));
    }

    @Test
    void a_wait_for_no_event() throws InterruptedException {
        assertStartsNoOthers(() -> assertThat(vm.qmp).receivesNoEvent("NEVER").during(SHORT));
    }

    @Test
    void a_wait_for_a_reply() throws InterruptedException {
        assertStartsNoOthers(() ->
                assertThat(vm.qmp).within(SHORT).awaitReply("query-status").with("status", "never"));
    }

    @Test
    void a_wait_for_a_reply_that_does_not_come() throws InterruptedException {
        vm.server.whenExecuted("q").staysSilent();

        assertStartsNoOthers(
                () -> assertThat(vm.qmp).within(SHORT).awaitReply("q").with("status", "never"));
    }

    @Test
    void a_wait_for_no_jobs() throws InterruptedException {
        vm.server.whenExecuted("query-jobs").replies(List.of(Map.of("id", "job0")));

        assertStartsNoOthers(() -> assertThat(vm.qmp).within(SHORT).awaitNoJobs());
    }

    @Test
    void a_wait_for_a_job() throws InterruptedException {
        vm.sendsJobStatus("job0", "created", "running");

        assertStartsNoOthers(() -> assertThat(vm.qmp).job("job0").within(SHORT).succeeds());
        assertStartsNoOthers(() -> assertThat(vm.qmp).job("job0").within(SHORT).reaches("ready"));
        assertStartsNoOthers(() -> assertThat(vm.qmp).job("job0").within(SHORT).progressesTo(100));
    }

    private static void assertStartsNoOthers(Runnable wait) throws InterruptedException {
        assertThat(mostAtOnce(wait)).isEqualTo(PARALLELISM);
    }

    /** Return how many of several waits, which need not succeed, a pool has had under way at one time. */
    private static int mostAtOnce(Runnable wait) throws InterruptedException {
        int waits = 3 * PARALLELISM;
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(waits);
        ForkJoinPool pool = new ForkJoinPool(PARALLELISM);
        try {
            for (int i = 0; i < waits; i++) {
                pool.execute(() -> {
                    most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                    try {
                        wait.run();
                    } catch (AssertionError e) {
                        // It has waited in vain, as it was to.
                    } finally {
                        underWay.decrementAndGet();
                        done.countDown();
                    }
                });
            }
            assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();
        } finally {
            pool.shutdown();
        }
        return most.get();
    }
}
