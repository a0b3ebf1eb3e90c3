package io.github.qmpjunit.junit;

import java.util.function.Supplier;

/**
 * Keeps the interrupt flag of a test's thread away from the extension's own work.
 *
 * <p>The flag is state of the thread. A test may leave it set, and the work that follows still has to reach the machine. An interrupt
 * that arrives during the work interrupts it.
 */
final class InterruptFlag {

    private InterruptFlag() {}

    /** Work with the flag cleared, and set it afterwards if it was set before. */
    static void aside(Runnable work) {
        aside(() -> {
            work.run();
            return Boolean.TRUE;
        });
    }

    /** Work with the flag cleared, and set it afterwards if it was set before. */
    static <T> T aside(Supplier<T> work) {
        boolean interrupted = Thread.interrupted();
        try {
            return work.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
