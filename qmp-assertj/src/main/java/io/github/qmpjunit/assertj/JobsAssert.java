package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qmp.QmpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.assertj.core.api.WritableAssertionInfo;

/**
 * Assertions about jobs that belong together, such as those of one transaction.
 *
 * <pre>{@code
 * assertThat(qmp).jobs("backup0", "backup1").succeed();
 * }</pre>
 *
 * <p>They drive the jobs as {@link JobAssert} does, all in one timeout. The first job that does not end as expected fails the assertion.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class JobsAssert extends AbstractWaitingAssert<JobsAssert, List<String>> {

    private final QmpClient client;

    JobsAssert(QmpClient client, List<String> ids, Duration timeout, WritableAssertionInfo before) {
        super(ids, JobsAssert.class, timeout, before);
        this.client = client;
    }

    /**
     * Drive the jobs to their ends and verify that all succeed.
     *
     * @return this assertion
     * @throws AssertionError if one fails, with QEMU's own reason, or they are not over in time
     */
    public JobsAssert succeed() {
        Deadline deadline = deadline();
        actual.forEach(id -> job(id, deadline).succeeds());
        return this;
    }

    /**
     * Drive one job to its failure and verify that the others are cancelled for it, as those of a transaction with {@code completion-mode =
     * "grouped"} are.
     *
     * @param failing the id of the job that fails, one of these jobs
     * @param part a part of QEMU's error text
     * @return this assertion
     * @throws AssertionError if it succeeds or fails for another reason, if another one is not cancelled, or if they are not over in time
     */
    public JobsAssert failTogether(String failing, String part) {
        requireNonNull(failing, "failing must not be null");
        requireNonNull(part, "part must not be null");
        List<String> others = new ArrayList<>(actual);
        if (!others.remove(failing)) {
            throw new IllegalArgumentException("The job \"%s\" is none of these jobs, %s".formatted(failing, actual));
        }
        Deadline deadline = deadline();
        job(failing, deadline).failsWithErrorContaining(part);
        others.forEach(id -> job(id, deadline).endsCancelled());
        return this;
    }

    private JobAssert job(String id, Deadline deadline) {
        return new JobAssert(client, id, deadline.remaining(), info);
    }
}
