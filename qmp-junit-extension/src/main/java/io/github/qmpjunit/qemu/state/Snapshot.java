package io.github.qmpjunit.qemu.state;

import java.time.Duration;
import java.util.List;
import org.apiguardian.api.API;

/**
 * A moment of a machine, to which the machine can be rewound as often as wanted: taken once when the guest has booted, it takes the
 * place of a reboot before each test.
 *
 * <p>Memory, processors, devices and writable drives go back. What was outside of the machine stays: logs of consoles, peers of the
 * network, read-only drives, the host's clock. With the memory goes the guest's idea of the time. Ends with the machine.
 * Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Snapshot {

    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final Snapshots store;
    private final String tag;
    private final String memory;
    private final List<String> drives;
    private final boolean running;

    Snapshot(Snapshots store, String tag, String memory, List<String> drives, boolean running) {
        this.store = store;
        this.tag = tag;
        this.memory = memory;
        this.drives = drives;
        this.running = running;
    }

    String tag() {
        return tag;
    }

    /** Return the node that holds the machine's own state, that of the scratch image. */
    String memory() {
        return memory;
    }

    /** Return the nodes that hold the content of the guest's drives. */
    List<String> drives() {
        return drives;
    }

    boolean isOfRunningMachine() {
        return running;
    }

    /**
     * Bring the machine back to this moment, within a minute; it runs or is paused afterwards, as it was then.
     *
     * <p>The client forgets the events before ({@link io.github.qmpjunit.qmp.QmpClient#forgetEvents}), which are of a past that has
     * not been. Listeners that were registered keep what they have heard, and hear of the rewind: STOP, RESUME, JOB_STATUS_CHANGE.
     *
     * @throws io.github.qmpjunit.qemu.process.QemuException if a job is under way, or QEMU cannot load the moment, as after a device was unplugged
     * @throws io.github.qmpjunit.qmp.QmpException if QEMU does not answer in time, or has ended
     */
    public void rewind() {
        rewind(TIMEOUT);
    }

    /**
     * Bring the machine back to this moment, as {@link #rewind()} does.
     *
     * @param timeout how long it may take
     */
    public void rewind(Duration timeout) {
        store.rewind(this, timeout);
    }

    /** Give up this moment, and with it the space that it takes on disk, within a minute. */
    public void delete() {
        store.delete(this, TIMEOUT);
    }

    @Override
    public String toString() {
        return "snapshot %s of %s".formatted(tag, store);
    }
}
