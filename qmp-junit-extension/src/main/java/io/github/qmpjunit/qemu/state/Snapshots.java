package io.github.qmpjunit.qemu.state;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static io.github.qmpjunit.qmp.QmpEvents.RESET;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qemu.guest.GuestAgent;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpState;
import io.github.qmpjunit.qmp.job.QmpJobListener;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Takes snapshots of a machine and rewinds it to them.
 *
 * <p>QEMU keeps a machine's state in a qcow2 image ({@code snapshot-save}). Most machines have none, so the first
 * snapshot adds a scratch image in the machine's private directory. The drives that the guest can write to must also be rewound, so each keeps its own snapshot; QEMU refuses if one cannot. Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Snapshots {

    /** How the names of the scratch images' nodes begin. */
    static final String SCRATCH = "qmp-junit-scratch";

    /** The time for cleaning up after a failure, even if the operation's time is over. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** The size of its content, which is empty; the machine's state lies beyond it. */
    private static final int SCRATCH_BYTES = 1 << 20;

    /** Statuses of jobs that have ended. */
    private static final Set<String> PAST = Set.of("concluded", "null");

    private static final EventMatcher CONCLUDED = event(JOB_STATUS_CHANGE).withData("status", "concluded");

    /** How long an abandoned job is remembered. */
    private static final Duration LATE = Duration.ofHours(1);

    private static final Logger LOGGER = System.getLogger(Snapshots.class.getName());

    /** Only a reset leads from these to a machine that can run. */
    private static final Set<String> FINAL = Set.of("internal-error", "shutdown");

    private final MonitoredProcess machine;
    private final QmpClient qmp;
    private final Path directory;
    private volatile @Nullable GuestAgent agent;
    private final AtomicInteger life = new AtomicInteger();
    private final ReentrantLock working = new ReentrantLock();
    private @Nullable String scratch;
    private int lastScratch;
    private int lastJob;

    /**
     * Create the snapshots of a machine; none is taken yet.
     *
     * @param machine the machine, on this host
     * @param agent its guest agent, which gets no request meanwhile; null if it has none
     */
    public Snapshots(MonitoredProcess machine, @Nullable GuestAgent agent) {
        this.machine = machine;
        this.qmp = machine.qmp();
        this.directory = machine.directory();
        this.agent = agent;
    }

    /**
     * Begin again for the next process of the machine: snapshots end with the one that they are of.
     *
     * @param newAgent the machine's guest agent; null if it has none
     */
    public void restarted(@Nullable GuestAgent newAgent) {
        working.lock();
        try {
            life.incrementAndGet();
            scratch = null;
            agent = newAgent;
        } finally {
            working.unlock();
        }
    }

    /**
     * Take a snapshot.
     *
     * @param timeout how long it may take
     * @return the snapshot
     * @throws QemuException if QEMU refuses, or a job is under way
     */
    public Snapshot take(Duration timeout) {
        String purpose = "take a snapshot of machine \"%s\"".formatted(qmp.name());
        Snapshot[] taken = new Snapshot[1];
        alone(purpose, timeout, deadline -> taken[0] = take(purpose, deadline));
        return taken[0];
    }

    private Snapshot take(String purpose, Deadline deadline) {
        String memory = scratch(purpose, deadline);
        Snapshot snapshot =
                new Snapshot(this, life.get(), "qmp-junit-" + UUID.randomUUID(), memory, writableDrives(), isRunning());
        runJob("snapshot-save", snapshot, deadline, () -> delete(snapshot, PATIENCE))
                .ifPresent(error -> {
                    throw new QemuException(
                            "Cannot %s: %s. Its devices must be migratable, and each drive qcow2 or read-only"
                                    .formatted(purpose, error),
                            null);
                });
        return snapshot;
    }

    void rewind(Snapshot snapshot, Duration timeout) {
        String purpose = "rewind machine \"%s\"".formatted(qmp.name());
        requireOfThisLife(snapshot, purpose);
        alone(purpose, timeout, deadline -> {
            leaveFinalState(deadline);
            if (!snapshot.isOfRunningMachine()) {
                qmp.execute("stop");
            }
            runJob("snapshot-load", snapshot, deadline, () -> {}).ifPresent(error -> {
                throw new QemuException(
                        "Cannot %s: %s. The machine's state is now undefined; stop it. If its devices have changed since the snapshot, restore them before rewinding"
                                .formatted(purpose, error),
                        null);
            });
            if (snapshot.isOfRunningMachine() && !isRunning()) {
                qmp.execute("cont");
            }
            settle(deadline);
            ClientView.of(qmp).forgetEvents();
        });
    }

    void delete(Snapshot snapshot, Duration timeout) {
        String purpose = "delete a snapshot of machine \"%s\"".formatted(qmp.name());
        requireOfThisLife(snapshot, purpose);
        alone(
                purpose,
                timeout,
                deadline -> runJob("snapshot-delete", snapshot, deadline, () -> {})
                        .ifPresent(error -> {
                            throw new QemuException("Cannot %s: %s".formatted(purpose, error), null);
                        }));
    }

    /**
     * Save the machine's state to a file.
     *
     * @param file the file, which is created or overwritten
     * @param timeout how long it may take
     * @throws QemuException if QEMU refuses, or a job is under way
     */
    public void save(Path file, Duration timeout) {
        alone(
                "save the state of machine \"%s\"".formatted(qmp.name()),
                timeout,
                deadline -> new StateFile(file).save(machine, deadline));
    }

    /**
     * Load the state of a machine with the same definition, and continue from there.
     *
     * @param file the file
     * @param timeout how long it may take
     * @throws QemuException if the machine does not wait for it, or the file cannot be read
     */
    public void load(Path file, Duration timeout) {
        Waiting waiting = Waiting.work(() -> "QEMU to load the state of machine \"%s\"".formatted(qmp.name()));
        try {
            new StateFile(file).load(machine, Deadline.in(timeout));
            waiting.fulfilled();
        } finally {
            waiting.end();
        }
    }

    private void requireOfThisLife(Snapshot snapshot, String purpose) {
        if (snapshot.life() != life.get()) {
            throw new QemuException(
                    "Cannot %s: the snapshot was taken before the machine was restarted, and ended with that process. Take one after the restart"
                            .formatted(purpose),
                    null);
        }
    }

    /** Work alone: no other snapshot, no job, and no request to the guest agent at the same time. */
    private void alone(String purpose, Duration timeout, Work work) {
        Waiting waiting = Waiting.work(() -> "QEMU to " + purpose);
        try {
            alone(purpose, Deadline.in(timeout), work);
            waiting.fulfilled();
        } finally {
            waiting.end();
        }
    }

    private void alone(String purpose, Deadline deadline, Work work) {
        try {
            if (!working.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new QemuException(
                        "Could not %s within %s: another thread takes or loads a snapshot"
                                .formatted(purpose, Deadline.formatTimeout(deadline.timeout())),
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QemuException("The thread was interrupted before it could " + purpose, e);
        }
        try {
            requireNoJobs(purpose);
            GuestAgent quiet = agent;
            if (quiet == null) {
                work.perform(deadline);
            } else {
                quiet.whileQuiet(deadline.remaining(), () -> work.perform(deadline));
            }
        } finally {
            working.unlock();
        }
    }

    private void requireNoJobs(String purpose) {
        List<String> jobs = new ArrayList<>();
        for (JsonNode job : qmp.execute("query-jobs")) {
            if (!PAST.contains(job.path("status").asString(""))) {
                jobs.add("\"%s\" (%s, %s)"
                        .formatted(
                                job.path("id").asString("?"),
                                job.path("type").asString("?"),
                                job.path("status").asString("?")));
            }
        }
        if (!jobs.isEmpty()) {
            throw new QemuException(
                    "Cannot %s: it is at work on %s. Let that conclude, or cancel it, before"
                            .formatted(purpose, String.join(", ", jobs)),
                    null);
        }
    }

    /** Return the nodes of the drives that the guest can write to. */
    private List<String> writableDrives() {
        List<String> nodes = new ArrayList<>();
        for (JsonNode drive : qmp.execute("query-block")) {
            JsonNode medium = drive.path("inserted");
            String node = medium.path("node-name").asString("");
            if (!node.isEmpty() && !medium.path("ro").asBoolean(false) && !nodes.contains(node)) {
                nodes.add(node);
            }
        }
        return List.copyOf(nodes);
    }

    private boolean isRunning() {
        return qmp.execute("query-status").path("running").asBoolean(false);
    }

    private void leaveFinalState(Deadline deadline) {
        String status = qmp.execute("query-status").path("status").asString("");
        if (FINAL.contains(status)) {
            try (QmpEventListener resets = qmp.listen(RESET)) {
                qmp.execute("system_reset");
                resets.next(deadline.remaining());
            }
        }
    }

    /** Return the scratch image's node. */
    private String scratch(String purpose, Deadline deadline) {
        String there = scratch;
        if (there != null) {
            return there;
        }
        // A job that takes too long may still use the names of an image that was given up.
        String name = SCRATCH + "-" + ++lastScratch;
        try {
            addScratch(purpose, name, Files.createFile(directory.resolve(name)), deadline);
        } catch (IOException e) {
            throw new QemuException("Cannot %s, for want of a scratch image: %s".formatted(purpose, e), e);
        }
        scratch = name;
        return name;
    }

    private void addScratch(String purpose, String name, Path file, Deadline deadline) {
        String fileNode = name + "-file";
        // It lives no longer than the process, so it need not be flushed to the disk.
        Map<String, ?> cache = Map.of("no-flush", true);
        qmp.execute("blockdev-add", Map.of("driver", "file", "node-name", fileNode, "filename", file, "cache", cache));
        try {
            Map<String, ?> image = Map.of("driver", "qcow2", "file", fileNode, "size", SCRATCH_BYTES);
            runJob("blockdev-create", Map.of("options", image), deadline, () -> remove(fileNode))
                    .ifPresent(error -> {
                        throw new QemuException(
                                "Cannot %s, for want of a scratch image: %s".formatted(purpose, error), null);
                    });
            qmp.execute("blockdev-add", Map.of("driver", "qcow2", "node-name", name, "file", fileNode, "cache", cache));
        } catch (QmpException | QemuException e) {
            remove(fileNode, e);
            throw e;
        }
    }

    private void remove(String node, Exception reason) {
        try {
            remove(node);
        } catch (QmpException e) {
            reason.addSuppressed(e);
        }
    }

    private void remove(String node) {
        qmp.execute(QmpCommand.of("blockdev-del", Map.of("node-name", node)).withTimeout(PATIENCE));
    }

    private Optional<String> runJob(String command, Snapshot snapshot, Deadline deadline, Runnable ifTooLate) {
        List<String> devices = new ArrayList<>(List.of(snapshot.memory()));
        devices.addAll(snapshot.drives());
        return runJob(
                command,
                command.equals("snapshot-delete")
                        ? Map.of("tag", snapshot.tag(), "devices", devices)
                        : Map.of("tag", snapshot.tag(), "vmstate", snapshot.memory(), "devices", devices),
                deadline,
                ifTooLate);
    }

    /**
     * Run a job to its end; return its error, if it has failed.
     *
     * @param ifTooLate undoes the job's work, if it ends after its wait was given up
     */
    private Optional<String> runJob(String command, Map<String, ?> arguments, Deadline deadline, Runnable ifTooLate) {
        String id = "qmp-junit-%s-%s".formatted(command, ++lastJob);
        Map<String, Object> all = new HashMap<>(arguments);
        all.put("job-id", id);
        QmpJobListener listener = new QmpJobListener(id);
        qmp.register(listener);
        boolean ended = false;
        try {
            qmp.execute(QmpCommand.of(command, all).withTimeout(deadline.remaining()));
            listener.next(CONCLUDED, deadline.remaining());
            Optional<String> error = endOf(id);
            ended = true;
            return error;
        } catch (QmpErrorException e) {
            ended = true;
            return Optional.of(e.description());
        } finally {
            if (ended) {
                listener.close();
            } else {
                endLater(id, listener, ifTooLate);
            }
        }
    }

    /** Dismiss a job that has concluded; return its error, if it has failed. */
    private Optional<String> endOf(String id) {
        Optional<String> error = errorOf(id);
        qmp.execute("job-dismiss", Map.of("id", id));
        return error;
    }

    /** QEMU cannot break off such a job, but nothing of it is to stay. */
    @SuppressWarnings("FutureReturnValueIgnored") // run for its effect
    private void endLater(String id, QmpEventListener listener, Runnable undoing) {
        listener.nextAsync(CONCLUDED, LATE)
                .thenAccept(concluded -> {
                    if (endOf(id).isEmpty()) {
                        undoing.run();
                    }
                })
                .whenComplete((done, failure) -> {
                    listener.close();
                    if (failure != null && qmp.state() == QmpState.RUNNING) {
                        LOGGER.log(
                                Level.WARNING,
                                TerminalText.message(
                                        "Job \"%s\" of machine \"%s\" came to its end too late and could not be cleared away"
                                                .formatted(id, machine.name())),
                                failure);
                    }
                });
    }

    private Optional<String> errorOf(String id) {
        for (JsonNode job : qmp.execute("query-jobs")) {
            if (job.path("id").asString("").equals(id)) {
                return Optional.ofNullable(job.get("error")).map(error -> error.asString("?"));
            }
        }
        return Optional.empty();
    }

    /** Wait until callbacks, including the agent's, have handled all events so far: they run on another thread. */
    @SuppressWarnings("FutureReturnValueIgnored") // run for its effect
    private void settle(Deadline deadline) {
        CountDownLatch seen = new CountDownLatch(1);
        qmp.executeAsync(QmpCommand.of("query-status").withTimeout(deadline.remaining()))
                .whenComplete((status, failure) -> seen.countDown());
        try {
            if (!seen.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new QemuException(
                        "Machine \"%s\" was rewound, but callbacks for its events did not end within %s"
                                .formatted(qmp.name(), Deadline.formatTimeout(deadline.timeout())),
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QemuException("The thread was interrupted after a rewind", e);
        }
    }

    @Override
    public String toString() {
        return "machine \"%s\"".formatted(qmp.name());
    }

    private interface Work {

        void perform(Deadline deadline);
    }
}
