package io.github.qmpjunit.qemu.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.process.QemuException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProbeCacheTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final ProbeCache<String> cache = new ProbeCache<>(SOON);

    @Test
    void what_was_found_out_is_remembered_by_its_key() {
        assertThat(cache.get("a", "a", () -> "one")).isEqualTo("one");
        assertThat(cache.get("a", "a", () -> "two")).isEqualTo("one");
        assertThat(cache.get("b", "b", () -> "two")).isEqualTo("two");
    }

    @Test
    void what_was_not_found_out_is_asked_again() {
        IllegalStateException failure = new IllegalStateException("no idea");
        assertThatThrownBy(() -> cache.get("a", "the sense of it all", () -> {
                    throw failure;
                }))
                .isInstanceOf(QemuException.class)
                .hasMessage("Cannot find out the sense of it all: no idea")
                .hasCause(failure);

        assertThat(cache.get("a", "a", () -> "one")).isEqualTo("one");
    }

    @Test
    void the_interrupt_of_who_asked_first_does_not_spoil_it_for_the_next() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger probes = new AtomicInteger();
        AtomicInteger interrupted = new AtomicInteger();
        Thread first = new Thread(() -> assertThatThrownBy(() -> cache.get("a", "it", () -> {
                    probes.incrementAndGet();
                    begun.countDown();
                    await(goOn);
                    return "one";
                }))
                .hasMessage("Cannot find out it: the thread was interrupted")
                .satisfies(e -> interrupted.addAndGet(Thread.interrupted() ? 1 : 0)));
        first.start();
        await(begun);

        first.interrupt();
        first.join();
        goOn.countDown();

        assertThat(interrupted).as("the flag is still set").hasValue(1);
        assertThat(cache.get("a", "it", () -> "two")).isEqualTo("one");
        assertThat(probes).hasValue(1);
    }

    @Test
    void the_wait_has_its_limit() {
        CountDownLatch never = new CountDownLatch(1);
        ProbeCache<String> impatient = new ProbeCache<>(Duration.ofMillis(10));

        assertThatThrownBy(() -> impatient.get("a", "it", () -> {
                    await(never);
                    return "";
                }))
                .hasMessage("Cannot find out it: no answer within 10 ms");
        never.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
