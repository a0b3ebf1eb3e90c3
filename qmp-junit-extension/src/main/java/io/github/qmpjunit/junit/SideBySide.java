package io.github.qmpjunit.junit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs several things at a time, each on a thread of its own, the first one on the caller's. */
final class SideBySide {

    private SideBySide() {}

    /**
     * Run all to their end, and throw what the first of them to fail has thrown, the others' failures suppressed. Whoever is
     * interrupted passes it on to all, and waits for them all the same: what they have begun must not be left alone.
     */
    static void run(List<Runnable> things) {
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(Math.max(0, things.size() - 1));
        for (Runnable thing : things.subList(Math.min(1, things.size()), things.size())) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            attempt(thing, failures);
                        } finally {
                            done.countDown();
                        }
                    },
                    "qmp-junit-start");
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        if (!things.isEmpty()) {
            attempt(things.get(0), failures);
        }
        await(done, threads);
        if (!failures.isEmpty()) {
            Throwable first = failures.get(0);
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw SideBySide.<RuntimeException>asItIs(first);
        }
    }

    /** A user's factory may throw anything: other languages check no exceptions. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // erased, and meant to be
    private static <E extends Throwable> E asItIs(Throwable failure) throws E {
        throw (E) failure;
    }

    private static void attempt(Runnable thing, List<Throwable> failures) {
        try {
            thing.run();
        } catch (Throwable e) { // thrown by the caller
            failures.add(e);
        }
    }

    private static void await(CountDownLatch done, List<Thread> threads) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (done.await(1, TimeUnit.MINUTES)) {
                        return;
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                    threads.forEach(Thread::interrupt);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
