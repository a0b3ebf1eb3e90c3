package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qemu.process.QemuStartException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;

/** Tells what becomes of a QEMU that refuses its arguments while somebody's tasks hold the whole common pool. */
final class BusyPool {

    private BusyPool() {}

    public static void main(String[] args) throws InterruptedException {
        System.setProperty("java.util.concurrent.ForkJoinPool.common.parallelism", "2");
        CountDownLatch busy = new CountDownLatch(2);
        CountDownLatch forever = new CountDownLatch(1);
        for (int i = 0; i < 2; i++) {
            ForkJoinPool.commonPool().execute(() -> {
                busy.countDown();
                awaitUninterruptibly(forever);
            });
        }
        busy.await();
        long started = System.nanoTime();
        try {
            QemuMachine.builder()
                    .machine("nope")
                    .startTimeout(Duration.ofSeconds(45))
                    .start();
        } catch (QemuStartException e) {
            System.out.println(Duration.ofNanos(System.nanoTime() - started).toMillis());
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
