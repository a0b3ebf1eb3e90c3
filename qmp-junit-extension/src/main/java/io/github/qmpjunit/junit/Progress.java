package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qemu.QemuMachine;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Says every few seconds what the tests that take long wait for, so that whoever looks on knows that they live.
 *
 * <p>One for a run, in the root store; its thread exists only where somebody looks on. Thread-safe.
 */
@SuppressWarnings("deprecation") // CloseableResource: before JUnit 5.13 nothing else is closed
final class Progress implements ExtensionContext.Store.CloseableResource, AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private enum When {
        AUTO,
        ON,
        OFF
    }

    private final Set<RunningTest> tests = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Consumer<String> terminal;

    private Progress(Consumer<String> terminal) {
        this.terminal = terminal;
    }

    /** A test that has begun. */
    private record RunningTest(
            String name, Thread thread, Supplier<Collection<TestMachine>> machines, long sinceNanos) {}

    /**
     * Watch a test.
     *
     * @return ends it
     */
    static Runnable watch(ExtensionContext context, TestFixture machines) {
        if (!isWanted(context)) {
            return () -> {};
        }
        Progress progress = ExtensionStore.ofLaunch(context)
                .getOrComputeIfAbsent(Progress.class, key -> starting(INTERVAL, Terminal::say), Progress.class);
        return progress.watch(nameOf(context), machines::machines);
    }

    private static boolean isWanted(ExtensionContext context) {
        return switch (Configuration.of(context).choice(ConfigurationKeys.PROGRESS, When.AUTO)) {
            case ON -> true;
            case OFF -> false;
            case AUTO -> Terminal.isInteractive();
        };
    }

    static String nameOf(ExtensionContext context) {
        return context.getTestClass()
                .map(type -> type.getSimpleName()
                        + context.getTestMethod()
                                .map(method -> " > " + context.getDisplayName())
                                .orElse(""))
                .or(() -> context.getParent()
                        .filter(parent -> parent.getParent().isPresent())
                        .map(parent -> nameOf(parent) + " > " + context.getDisplayName())) // a dynamic test
                .orElseGet(context::getDisplayName);
    }

    static Progress starting(Duration interval, Consumer<String> terminal) {
        Progress progress = new Progress(terminal);
        Thread thread = new Thread(() -> progress.tell(interval), "qmp-junit-progress");
        thread.setDaemon(true);
        thread.start();
        return progress;
    }

    Runnable watch(String name, Supplier<Collection<TestMachine>> machines) {
        RunningTest test = new RunningTest(name, Thread.currentThread(), machines, System.nanoTime());
        tests.add(test);
        return () -> tests.remove(test);
    }

    private void tell(Duration interval) {
        try {
            while (!closed.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                for (RunningTest test : tests) {
                    Duration age = Duration.ofNanos(System.nanoTime() - test.sinceNanos());
                    if (age.compareTo(interval) >= 0) {
                        terminal.accept(describe(test, age));
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String describe(RunningTest test, Duration age) {
        StringBuilder text = new StringBuilder("%s, %s".formatted(test.name(), Deadline.format(age)));
        Waiting.of(test.thread()).ifPresent(what -> text.append(": waits for ").append(what));
        for (TestMachine machine : test.machines().get()) {
            lastLine(machine.machine())
                    .ifPresent(line -> text.append("; its console says: ").append(line));
        }
        return text.toString();
    }

    private static Optional<String> lastLine(QemuMachine machine) {
        return machine.consoles().values().stream()
                .map(console -> console.output().tail(1))
                .flatMap(List::stream)
                .filter(line -> !line.isBlank())
                .findFirst();
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
