package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvents;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Who looks on is told what a test waits for. */
class ProgressTest {

    @Test
    void a_test_that_takes_long_is_told_of_with_what_it_waits_for() throws InterruptedException {
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        CountDownLatch enough = new CountDownLatch(1);
        try (Progress progress = Progress.starting(Duration.ofMillis(5), said::add)) {
            Thread test = new Thread(() -> {
                Runnable end = progress.watch("BootTest > boots()", List::of);
                Waiting waiting = Waiting.begin(() -> "the end of the world");
                try {
                    enough.await(1, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    waiting.end();
                    end.run();
                }
            });
            test.start();

            String line = said.poll(1, TimeUnit.MINUTES);
            while (line != null && !line.contains("waits for")) { // told of before it has begun to wait
                line = said.poll(1, TimeUnit.MINUTES);
            }
            assertThat(line).startsWith("BootTest > boots(), ").contains(": waits for the end of the world, for ");
            enough.countDown();
            test.join(TimeUnit.MINUTES.toMillis(1));
        }
    }

    @Test
    void what_a_thread_waits_for_is_known_while_it_waits() throws InterruptedException {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            QmpClient qmp = vm.qmp();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread waiter = new Thread(() -> {
                try {
                    qmp.events().next(EventMatcher.event(QmpEvents.STOP).withData("a", 1), Duration.ofMinutes(1));
                } catch (RuntimeException e) {
                    failure.set(e);
                }
            });
            waiter.start();
            while (waiter.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }

            assertThat(Waiting.of(waiter).orElseThrow()).startsWith("STOP with data a = 1, for ");
            waiter.interrupt();
            waiter.join(TimeUnit.MINUTES.toMillis(1));
            assertThat(Waiting.of(waiter)).isEmpty();
            assertThat(failure.get()).isNotNull();
        }
    }

    /** As a build tool forks one. */
    @Test
    void a_jvm_without_a_terminal_tells_nothing_by_itself() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        TerminalProbe.class.getName())
                .redirectErrorStream(true)
                .start();
        jvm.getOutputStream().close();

        assertThat(new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip())
                .isEqualTo("interactive: false");
        assertThat(jvm.waitFor()).isZero();
    }
}
