package io.github.qmpjunit.qmp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Follows the machine's run state and its jobs by the events that arrive.
 *
 * <p>It knows only what events have said. A client that connects to a paused machine receives no
 * event about it: ask {@code query-status} and {@code query-jobs}. Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class ObservedState {

    private static final int MOST_JOBS = 10_000;

    private @Nullable String runState;
    private final Map<String, String> jobs = new LinkedHashMap<>();

    ObservedState() {}

    /**
     * {@return the run state in the words of {@code query-status} ({@code running}, {@code paused}, {@code shutdown}, {@code
     * suspended}), according to the last STOP, RESUME, SHUTDOWN, SUSPEND or WAKEUP event; empty before the first of them}
     */
    public synchronized Optional<String> runState() {
        return Optional.ofNullable(runState);
    }

    /** {@return the last status of each job according to JOB_STATUS_CHANGE, by job id, the oldest job first; only the latest 10,000 jobs are kept} */
    public synchronized Map<String, String> jobs() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(jobs));
    }

    /**
     * Return the last status of a job.
     *
     * @param id the job's id
     * @return the status, such as {@code running}, {@code concluded}, or {@code null} (as a string: QEMU's name for a
     *     job that is gone); empty if no JOB_STATUS_CHANGE has named the job
     */
    public synchronized Optional<String> job(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    /** Process an event; on the reader's thread. */
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

    /** Forget the state of the last connection's machine. */
    synchronized void reset() {
        runState = null;
        jobs.clear();
    }
}
