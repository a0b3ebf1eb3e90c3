package io.github.qmpjunit.qmp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * What the events so far say of the machine: its run state and its jobs, for whoever has not witnessed the events.
 *
 * <p>It knows only what events have told. A client that connects to a machine which is paused already sees no event of it; {@code
 * query-status} and {@code query-jobs} tell the rest. Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class ObservedState {

    private static final int MOST_JOBS = 10_000;

    private @Nullable String runState;
    private final Map<String, String> jobs = new LinkedHashMap<>();

    ObservedState() {}

    /**
     * {@return the run state in the words of {@code query-status} ({@code running}, {@code paused}, {@code shutdown}, {@code
     * suspended}), as the last STOP, RESUME, SHUTDOWN, SUSPEND or WAKEUP event means it; empty before the first of them}
     */
    public synchronized Optional<String> runState() {
        return Optional.ofNullable(runState);
    }

    /** {@return the last status of each job that JOB_STATUS_CHANGE has told of, by job id, the oldest job first; of more than 10,000 jobs the youngest} */
    public synchronized Map<String, String> jobs() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(jobs));
    }

    /**
     * Return the last status of a job.
     *
     * @param id the job's id
     * @return the status, such as {@code running}, {@code concluded}, or {@code null} (a word here: QEMU's name for a job that is
     *     gone); empty if no JOB_STATUS_CHANGE has told of the job
     */
    public synchronized Optional<String> job(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    /** Take an event in; on the reader's thread. */
    synchronized void observe(QmpEvent event) {
        switch (event.name()) {
            case "STOP" -> runState = "paused";
            case "RESUME", "WAKEUP" -> runState = "running";
            case "SHUTDOWN" -> runState = "shutdown";
            case "SUSPEND" -> runState = "suspended";
            case "JOB_STATUS_CHANGE" ->
                observeJob(
                        event.data().path("id").asString("?"),
                        event.data().path("status").asString("?"));
            default -> {
                // says nothing of state
            }
        }
    }

    /** A peer may name as many jobs as it likes. */
    private void observeJob(String id, String status) {
        jobs.put(id, status);
        if (jobs.size() > MOST_JOBS) {
            jobs.remove(jobs.keySet().iterator().next());
        }
    }

    /** Forget what the last connection's machine was like. */
    synchronized void reset() {
        runState = null;
        jobs.clear();
    }
}
