package io.github.qmpjunit.qemu.faults;

import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.state.QemuIo;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Injects faults into a machine, and undoes them. A {@link Fault} lasts until it is closed; {@link #close()}
 * closes all remaining faults. All faults end with the machine.
 *
 * <pre>{@code
 * Fault unreadable = vm.faults().failReads("disk");
 * qmp.execute(backup("stop"));
 * assertThat(qmp)
 *         .awaitEvent(BLOCK_JOB_ERROR)
 *         .withData("operation", "read")
 *         .withData("action", "stop");
 * assertThat(qmp).executing("query-block-jobs").returns("[0].io-status", "failed");
 *
 * unreadable.close();
 * qmp.execute("block-job-resume", Map.of("device", "backup0"));
 *
 * assertThat(qmp).job("backup0").succeeds();
 * }</pre>
 *
 * <p>Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Faults implements AutoCloseable {

    private static final int EIO = 5;
    private static final int ENOSPC = 28;
    private static final Duration FAREWELL = Duration.ofSeconds(10);

    private final MonitoredProcess vm;
    private final QemuIo io;
    private volatile Map<String, FaultyDisk> disks;
    private final AtomicInteger life = new AtomicInteger();

    /** Guards the list of open faults, the latest first. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Deque<Fault> open = new ArrayDeque<>();

    /**
     * Create the fault injection for a process.
     *
     * @param vm the process
     * @param disks the disks that can be made to fail, by name, with whether they are read-only
     * @param io reads and writes them
     */
    public Faults(MonitoredProcess vm, Map<String, Boolean> disks, QemuIo io) {
        this.vm = vm;
        this.io = io;
        this.disks = faulty(disks, io);
    }

    private static Map<String, FaultyDisk> faulty(Map<String, Boolean> disks, QemuIo io) {
        Map<String, FaultyDisk> faulty = new LinkedHashMap<>();
        disks.forEach((disk, readOnly) -> faulty.put(disk, new FaultyDisk(disk, readOnly, io)));
        return faulty;
    }

    /**
     * Begin again for the next process, without any fault: those that were not undone have ended with the process before, and to undo
     * them has no effect.
     *
     * @param newDisks the disks that can be made to fail, by name, with whether they are read-only
     */
    public void restarted(Map<String, Boolean> newDisks) {
        life.incrementAndGet();
        lock.lock();
        try {
            open.clear();
        } finally {
            lock.unlock();
        }
        disks = faulty(newDisks, io);
    }

    /**
     * Take down a network link, as if its cable were unplugged.
     *
     * @param name the id of the network device or of its back end
     * @return the fault, whose undoing brings it up
     * @throws io.github.qmpjunit.qmp.QmpErrorException if there is no such device
     */
    public Fault linkDown(String name) {
        setLink(name, false);
        return opened("link \"%s\" is down".formatted(name), () -> setLink(name, true));
    }

    private void setLink(String name, boolean up) {
        vm.qmp().execute("set_link", Map.of("name", name, "up", up));
    }

    /**
     * Let a disk fail to read, with EIO.
     *
     * @param disk its name in {@link io.github.qmpjunit.qemu.QemuMachineBuilder#faultyDisk}
     * @return the fault
     */
    public Fault failReads(String disk) {
        return fail(disk, EIO, IoKind.READ);
    }

    /**
     * Let a disk fail to write or to forget data, with EIO. Flushes still succeed.
     *
     * @param disk its name in {@link io.github.qmpjunit.qemu.QemuMachineBuilder#faultyDisk}
     * @return the fault
     */
    public Fault failWrites(String disk) {
        return fail(disk, EIO, IoKind.WRITE, IoKind.WRITE_ZEROES, IoKind.DISCARD);
    }

    /**
     * Let a disk fail to write with ENOSPC, as if its storage were full. With the device's {@code werror=enospc}, QEMU's default,
     * the guest is then stopped.
     *
     * @param disk its name in {@link io.github.qmpjunit.qemu.QemuMachineBuilder#faultyDisk}
     * @return the fault
     */
    public Fault fillUp(String disk) {
        return fail(disk, ENOSPC, IoKind.WRITE, IoKind.WRITE_ZEROES);
    }

    /**
     * Let a disk fail. Several faults of a disk add up; of two for the same type of request, the older fault's number counts.
     *
     * @param disk its name in {@link io.github.qmpjunit.qemu.QemuMachineBuilder#faultyDisk}
     * @param errno the error's number on QEMU's host, such as 5 for EIO
     * @param kinds which requests fail; all if none is given
     * @return the fault
     */
    public Fault fail(String disk, int errno, IoKind... kinds) {
        FaultyDisk faulty = disk(disk);
        List<IoKind> failing = Arrays.asList(kinds.length == 0 ? IoKind.values() : kinds);
        List<Map<String, Object>> rules = faulty.fail(vm.qmp(), errno, failing);
        return opened(
                "disk \"%s\" fails with error %s: %s".formatted(disk, errno, failing),
                () -> faulty.repair(vm.qmp(), rules));
    }

    /**
     * Let a disk stall: its requests wait until the fault is undone. They are not lost. An operation that makes QEMU drain the
     * disk, such as {@code stop} or a snapshot, lets the waiting requests pass.
     *
     * @param disk its name in {@link io.github.qmpjunit.qemu.QemuMachineBuilder#faultyDisk}
     * @return the fault
     */
    public Fault stall(String disk) {
        FaultyDisk faulty = disk(disk);
        faulty.stall(vm.qmp());
        return opened("disk \"%s\" stalls".formatted(disk), () -> faulty.resume(vm.qmp()));
    }

    /**
     * Let a disk be slow.
     *
     * @param disk its name in {@link io.github.qmpjunit.qemu.QemuMachineBuilder#faultyDisk}
     * @param requestsPerSecond how many requests it serves, at least 1
     * @return the fault
     */
    public Fault slow(String disk, int requestsPerSecond) {
        if (requestsPerSecond < 1) {
            throw new IllegalArgumentException(
                    "A slow disk serves at least one request per second, not %s; one that serves none stalls: stall(disk)"
                            .formatted(requestsPerSecond));
        }
        FaultyDisk faulty = disk(disk);
        faulty.limit(vm.qmp(), requestsPerSecond);
        return opened(
                "disk \"%s\" serves %s requests per second".formatted(disk, requestsPerSecond),
                () -> faulty.unlimit(vm.qmp(), requestsPerSecond));
    }

    private FaultyDisk disk(String name) {
        FaultyDisk disk = disks.get(name);
        if (disk == null) {
            throw new IllegalArgumentException(
                    "Machine \"%s\" has no disk \"%s\" that could be made to fail, it has %s; add one with faultyDisk(name, options) in its definition"
                            .formatted(vm.name(), name, disks.keySet()));
        }
        return disk;
    }

    /**
     * Send the guest's processors a non-maskable interrupt ({@code inject-nmi}). Nothing can undo it.
     *
     * @throws io.github.qmpjunit.qmp.QmpErrorException if the machine does not support it
     */
    public void nmi() {
        vm.qmp().execute("inject-nmi");
    }

    /**
     * Cut the power: kill QEMU with SIGKILL and wait for its end. Data in its memory is lost, and so are qcow2 metadata that
     * were not flushed. Data that QEMU has passed to the host is kept, flushed or not. The machine's {@code close()} does not report this end as a failure.
     *
     * @throws QemuException if QEMU has not ended after 10 s
     */
    public void powerLoss() {
        vm.kill();
        if (!vm.endsWithin(FAREWELL)) {
            throw new QemuException("Machine \"%s\" could not be killed: %s".formatted(vm.name(), vm.describe()), null);
        }
    }

    private Fault opened(String description, Runnable undo) {
        int opened = life.get();
        Fault fault = new Fault(description, () -> {
            try {
                if (opened == life.get() && vm.isRunning()) {
                    undo.run();
                }
            } catch (QmpDisconnectedException e) {
                // The machine has ended meanwhile, and the fault with it.
            }
        });
        lock.lock();
        try {
            open.push(fault);
        } finally {
            lock.unlock();
        }
        return fault;
    }

    /**
     * Undo all faults, the latest first. New faults can follow; idempotent.
     *
     * @throws QmpException if QEMU refuses one, or does not answer; the others are undone all the same, and this one is still open
     */
    @Override
    public void close() {
        QmpException failure = null;
        for (Fault fault : all()) {
            failure = closeAfter(failure, fault);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private List<Fault> all() {
        lock.lock();
        try {
            return List.copyOf(open);
        } finally {
            lock.unlock();
        }
    }

    private void forget(Fault undone) {
        lock.lock();
        try {
            open.remove(undone);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable QmpException closeAfter(@Nullable QmpException before, Fault fault) {
        try {
            fault.close();
            forget(fault);
            return before;
        } catch (QmpException e) {
            if (before == null) {
                return e;
            }
            before.addSuppressed(e);
            return before;
        }
    }
}
