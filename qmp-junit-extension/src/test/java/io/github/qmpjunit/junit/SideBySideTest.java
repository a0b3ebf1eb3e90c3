package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.process.QemuStartException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;

/** The machines of a test start at the same time. */
class SideBySideTest {

    @TempDir
    static Path folder;

    private static Path waitsForTheOther;

    @BeforeAll
    static void writeScripts() throws IOException {
        // The folder's name is in the script's own; the environment says who it is, and for whom it waits.
        waitsForTheOther = Runs.script(folder, "waits", """
                folder=$(dirname "$0")
                touch "$folder/$ME"
                until [ -e "$folder/$OTHER" ]; do sleep 0.05; done
                exec "$QEMU" "$@\"""");
    }

    private static void waitFor(QemuMachineBuilder vm, String me, String other) {
        vm.binary(waitsForTheOther).environment("ME", me).environment("OTHER", other);
    }

    static class Left implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            waitFor(vm, "left", "right");
        }
    }

    static class Right implements VmFactory {
        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            waitFor(vm, "right", "left");
        }
    }

    @QemuTest
    @Vm(value = "left", factory = Left.class)
    @Vm(value = "right", factory = Right.class, scope = Scope.CLASS)
    static class BothWaiting {

        @Test
        void test(@Vm("left") QemuMachine left, @Vm("right") QemuMachine right, StorageDaemon daemon) {
            assertThat(left.isRunning()).isTrue();
            assertThat(right.isRunning()).isTrue();
            assertThat(daemon.isRunning()).isTrue();
        }
    }

    @Test
    void machines_that_wait_for_each_other_both_start() {
        Runs.runWell(BothWaiting.class);
    }

    @QemuTest
    @Vm("good")
    static class OneCannotStart {

        @Test
        void test(@Vm("good") QemuMachine good, @Vm(value = "bad", machine = "nope") QemuMachine bad) {}
    }

    @QemuTest
    static class NoneCanStart {

        @Test
        void test(
                @Vm(value = "bad", machine = "nope") QemuMachine bad,
                @Vm(value = "worse", machine = "never") QemuMachine worse) {}
    }

    @Test
    void of_several_that_cannot_start_one_is_the_failure_and_the_others_are_suppressed() {
        assertThat(Runs.onlyFailureOf(OneCannotStart.class))
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("-machine nope")
                .hasNoSuppressedExceptions();
        Throwable failure = Runs.onlyFailureOf(NoneCanStart.class);
        assertThat(failure).isInstanceOf(QemuStartException.class);
        assertThat(List.of(failure, failure.getSuppressed()[0]))
                .extracting(Throwable::getMessage)
                .anyMatch(message -> message.contains("-machine nope"))
                .anyMatch(message -> message.contains("-machine never"));
    }

    @Test
    void nothing_and_one_thing() {
        AtomicReference<Thread> ranOn = new AtomicReference<>();
        SideBySide.run(List.of());
        SideBySide.run(List.of(() -> ranOn.set(Thread.currentThread())));

        assertThat(ranOn).hasValue(Thread.currentThread());
    }

    @Test
    void all_run_to_their_end_whatever_fails() {
        CountDownLatch failed = new CountDownLatch(1);
        AtomicBoolean done = new AtomicBoolean();

        Throwable thrown = catchThrowable(() -> SideBySide.run(List.of(
                () -> {
                    failed.countDown();
                    throw new IllegalStateException("first");
                },
                () -> {
                    await(failed);
                    done.set(true);
                })));

        assertThat(thrown).hasMessage("first");
        assertThat(done).isTrue();
    }

    @Test
    void errors_are_thrown_as_they_are() {
        assertThatThrownBy(() -> SideBySide.run(List.of(() -> {}, () -> {
                    throw new AssertionError("an error");
                })))
                .isInstanceOf(AssertionError.class)
                .hasMessage("an error");
    }

    @Test
    void who_is_interrupted_passes_it_on_and_waits_all_the_same() {
        Thread caller = Thread.currentThread();
        AtomicBoolean passedOn = new AtomicBoolean();

        SideBySide.run(List.of(() -> {}, () -> {
            caller.interrupt();
            try {
                new CountDownLatch(1).await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                passedOn.set(true);
            }
        }));

        assertThat(Thread.interrupted()).as("the flag is still set").isTrue();
        assertThat(passedOn).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(Duration.ofMinutes(1).toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
