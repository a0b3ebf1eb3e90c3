package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.wiring.MachineResources;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/** Tests queue for what the host has; they do not fail. */
class BudgetTest {

    private static final long MIB = 1 << 20;

    private static Map<String, String> inParallel(String key, String value) {
        Map<String, String> configuration = new HashMap<>(ScopesTest.PARALLEL);
        configuration.put(key, value);
        return configuration;
    }

    /** The tests' constructors, which ask for nothing, prove that two are under way at a time. */
    private static void meet(CountDownLatch latch) throws InterruptedException {
        latch.countDown();
        assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    }

    private static void assertAlone(AtomicInteger inside) {
        assertThat(inside.incrementAndGet()).as("tests with a machine").isEqualTo(1);
    }

    @QemuTest
    @Vm(machine = "q35", paused = true)
    static class OneAtATime {

        private static final AtomicInteger INSIDE = new AtomicInteger();
        private static final CountDownLatch TWO = new CountDownLatch(2);

        OneAtATime() throws InterruptedException {
            meet(TWO);
        }

        @RepeatedTest(4)
        void test(QemuMachine vm) {
            assertAlone(INSIDE);
            vm.qmp().execute("query-qmp-schema");
            INSIDE.decrementAndGet();
        }
    }

    @Test
    void tests_that_are_too_much_together_run_one_after_the_other() {
        Runs.runWell(inParallel(ConfigurationKeys.BUDGET_CORES, "1"), OneAtATime.class)
                .testEvents()
                .assertStatistics(statistics -> statistics.succeeded(4));
    }

    @QemuTest
    @Vm(
            value = "a",
            machine = "q35",
            paused = true,
            args = {"-m", "64"})
    @Vm(
            value = "b",
            machine = "q35",
            paused = true,
            args = {"-m", "64"})
    static class MoreThanThereIs {

        private static final AtomicInteger INSIDE = new AtomicInteger();
        private static final CountDownLatch TWO = new CountDownLatch(2);

        MoreThanThereIs() throws InterruptedException {
            meet(TWO);
        }

        @RepeatedTest(2)
        void two(@Vm("a") QemuMachine a, @Vm("b") QemuMachine b) {
            assertAlone(INSIDE);
            a.qmp().execute("query-qmp-schema");
            INSIDE.decrementAndGet();
        }

        @RepeatedTest(2)
        void one(@Vm("a") QemuMachine a) {
            assertAlone(INSIDE);
            a.qmp().execute("query-qmp-schema");
            INSIDE.decrementAndGet();
        }
    }

    @Test
    void a_test_that_needs_more_than_there_is_runs_alone() {
        Runs.runWell(inParallel(ConfigurationKeys.BUDGET_MEMORY, "100M"), MoreThanThereIs.class)
                .testEvents()
                .assertStatistics(statistics -> statistics.succeeded(4));
    }

    @QemuTest
    static class CostingNothing {

        private static final CountDownLatch TWO = new CountDownLatch(2);

        @RepeatedTest(2)
        void test(QemuMachine vm) throws InterruptedException {
            meet(TWO);
        }
    }

    @Test
    void a_machine_without_hardware_costs_nothing() {
        Runs.runWell(inParallel(ConfigurationKeys.BUDGET_CORES, "1"), CostingNothing.class);
    }

    @Test
    void what_is_given_back_lets_others_in() throws Exception {
        Budget budget = new Budget(2, () -> 1000 * MIB);
        Runnable first = budget.take(new MachineResources(1, 600 * MIB));
        budget.take(new MachineResources(1, 300 * MIB));
        List<String> let = new CopyOnWriteArrayList<>();
        Thread waiter = new Thread(() -> {
            budget.take(new MachineResources(1, 100 * MIB));
            let.add("in");
        });
        waiter.start();
        awaitTimedWaiting(waiter);
        assertThat(let).isEmpty();

        first.run();
        waiter.join(TimeUnit.MINUTES.toMillis(1));

        assertThat(let).containsExactly("in");
    }

    @Test
    void who_needs_much_is_not_overtaken() throws Exception {
        Budget budget = new Budget(2, () -> Long.MAX_VALUE);
        Runnable first = budget.take(new MachineResources(1, MIB));
        List<String> let = new CopyOnWriteArrayList<>();
        Thread large = take(budget, 2, let, "large");
        Thread small = take(budget, 1, let, "small");
        assertThat(let).isEmpty();

        first.run();
        large.join(TimeUnit.MINUTES.toMillis(1));
        small.join(TimeUnit.MINUTES.toMillis(1));

        assertThat(let).containsExactly("large", "small");
    }

    /** Take and give back, on a thread that waits when this returns. */
    private static Thread take(Budget budget, int cores, List<String> let, String name) {
        Thread waiter = new Thread(() -> {
            Runnable taken = budget.take(new MachineResources(cores, MIB));
            let.add(name);
            taken.run();
        });
        waiter.start();
        awaitTimedWaiting(waiter);
        return waiter;
    }

    @Test
    void what_stays_takes_room_but_nobody_waits_for_its_end() throws Exception {
        Budget budget = new Budget(2, () -> 100 * MIB);
        MachineResources shared = new MachineResources(0, 80 * MIB);
        budget.take(new MachineResources(1, 0), shared).run();
        Runnable alone = budget.take(new MachineResources(1, 50 * MIB));
        Runnable ofShared = budget.take(new MachineResources(1, 0));
        ofShared.run();
        List<String> let = new CopyOnWriteArrayList<>();
        Thread waiter = new Thread(() -> {
            budget.take(new MachineResources(1, 50 * MIB));
            let.add("in");
        });
        waiter.start();
        awaitTimedWaiting(waiter);
        assertThat(let).isEmpty();

        budget.vacate(shared);
        waiter.join(TimeUnit.MINUTES.toMillis(1));

        assertThat(let).containsExactly("in");
        alone.run();
    }

    @QemuTest
    @Vm(
            value = "shared",
            machine = "q35",
            paused = true,
            scope = Scope.CLASS,
            args = {"-m", "64"})
    @Vm(
            value = "fresh",
            machine = "q35",
            paused = true,
            args = {"-m", "64"})
    static class SharedAndFresh {

        private static final AtomicInteger INSIDE = new AtomicInteger();
        private static final CountDownLatch TWO = new CountDownLatch(2);

        @BeforeAll
        static void before(@Vm("shared") QemuMachine shared) {
            assertThat(shared.isRunning()).isTrue();
        }

        SharedAndFresh() throws InterruptedException {
            meet(TWO);
        }

        @RepeatedTest(2)
        void fresh(@Vm("fresh") QemuMachine fresh) {
            assertAlone(INSIDE);
            fresh.qmp().execute("query-qmp-schema");
            INSIDE.decrementAndGet();
        }

        @RepeatedTest(2)
        void both(@Vm("shared") QemuMachine shared, @Vm("fresh") QemuMachine fresh) {
            assertAlone(INSIDE);
            fresh.qmp().execute("query-qmp-schema");
            INSIDE.decrementAndGet();
        }
    }

    @Test
    void a_shared_machine_takes_its_memory_as_long_as_it_lives() {
        Runs.runWell(inParallel(ConfigurationKeys.BUDGET_MEMORY, "150M"), SharedAndFresh.class)
                .testEvents()
                .assertStatistics(statistics -> statistics.succeeded(4));
    }

    @Test
    void who_is_interrupted_while_it_waits_takes_nothing() throws Exception {
        Budget budget = new Budget(1, () -> Long.MAX_VALUE);
        Runnable first = budget.take(new MachineResources(1, 1));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread waiter = new Thread(() -> {
            try {
                budget.take(new MachineResources(1, 2 * MIB));
            } catch (RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        waiter.start();
        awaitTimedWaiting(waiter);

        waiter.interrupt();
        waiter.join(TimeUnit.MINUTES.toMillis(1));

        assertThat(thrown.get())
                .isInstanceOf(ParameterResolutionException.class)
                .hasMessageStartingWith("Interrupted while the test's machines (")
                .hasMessageContaining("waited for others to end");
        assertThat(flag).hasValue(true);
        first.run();
        budget.take(new MachineResources(1, 1)).run();
    }

    @Test
    void what_a_definition_takes_is_asked_for_where_it_counts_only() {
        Budget budget = new Budget(1, () -> {
            throw new AssertionError("asked");
        });
        budget.take(MachineResources.NONE).run();
        Runnable first = budget.take(new MachineResources(1, MIB));

        first.run();
        assertThatThrownBy(() -> {
                    Budget roomy = new Budget(2, () -> {
                        throw new IllegalStateException("asked");
                    });
                    roomy.take(new MachineResources(1, MIB));
                    roomy.take(new MachineResources(1, MIB));
                })
                .hasMessage("asked");
    }

    private static void awaitTimedWaiting(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(thread.isAlive()).isTrue();
            Thread.onSpinWait();
        }
    }

    @Test
    void who_is_kept_waiting_by_the_same_others_gives_up_at_the_limit() {
        Budget budget = new Budget(1, () -> Long.MAX_VALUE, new WaitLimit(Duration.ofMillis(50)));
        Runnable first = budget.take(new MachineResources(1, MIB));

        assertThatThrownBy(() -> budget.take(new MachineResources(1, MIB)))
                .hasMessageStartingWith("The test's machines need ")
                .hasMessageEndingWith(
                        "and no other test has given any back for 50 ms. Raise qmpjunit.wait.limit if others may take that long");

        first.run();
        budget.take(new MachineResources(1, MIB)).run();
    }
}
