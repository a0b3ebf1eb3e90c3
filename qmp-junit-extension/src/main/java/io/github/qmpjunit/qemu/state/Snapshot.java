package io.github.qmpjunit.qemu.state;

import java.time.Duration;
import java.util.List;
import org.apiguardian.api.API;

/**
 * A snapshot of a machine, to which the machine can be rewound any number of times. Take it once when the guest has booted; a
 * rewind then replaces a reboot before each test.
 *
 * <p>A rewind restores memory, processors, devices and writable drives. Everything outside the machine stays: console logs, network peers, read-only
 * drives, the host's clock. The guest's own clock is rewound with its memory. A snapshot ends with its machine's
 * process, also if that is restarted.
 * Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Snapshot {

    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final Snapshots store;
    private final int life;
    private final String tag;
    private final String memory;
    private final List<String> drives;
    private final boolean running;

    Snapshot(Snapshots store, int life, String tag, String memory, List<String> drives, boolean running) {
        this.store = store;
        this.life = life;
        this.tag = tag;
        this.memory = memory;
        this.drives = drives;
        this.running = running;
    }

    /** Return which process of the machine it is of. */
    int life() {
        return life;
    }

    String tag() {
        return tag;
    }

    /** Return the node that holds the machine's state: the scratch image's node. */
    String memory() {
        return memory;
    }

    /** Return the nodes that hold the contents of the guest's drives. */
    List<String> drives() {
        return drives;
    }

    boolean isOfRunningMachine() {
        return running;
    }

    /**
     * Rewind the machine to this snapshot, within a minute. It then runs or is paused, as it was when the snapshot was taken.
     *
     * <p>The client's built-in listener and the assertions forget the earlier events, since they belong to
     * a discarded past. Registered listeners keep their events, and receive the events of the rewind: STOP, RESUME, JOB_STATUS_CHANGE.
     *
     * @throws io.github.qmpjunit.qemu.process.QemuException if a job is running, or QEMU cannot load the snapshot, for example after a device was unplugged
     * @throws io.github.qmpjunit.qmp.QmpException if QEMU does not answer in time, or has ended
     */
    public void rewind() {
        rewind(TIMEOUT);
    }

    /**
     * Rewind the machine to this snapshot, as {@link #rewind()} does.
     *
     * @param timeout how long it may take
     */
    public void rewind(Duration timeout) {
        store.rewind(this, timeout);
    }

    /** Delete this snapshot, which frees its disk space, within a minute. */
    public void delete() {
        store.delete(this, TIMEOUT);
    }

    @Override
    public String toString() {
        return "snapshot %s of %s".formatted(tag, store);
    }
}
