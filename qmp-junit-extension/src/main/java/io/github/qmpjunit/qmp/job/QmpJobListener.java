package io.github.qmpjunit.qmp.job;

import static io.github.qmpjunit.qmp.EventMatcher.anyOf;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_CANCELLED;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_COMPLETED;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_ERROR;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_PENDING;
import static io.github.qmpjunit.qmp.QmpEvents.BLOCK_JOB_READY;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;

import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import org.apiguardian.api.API;

/**
 * A listener for all events of one job. QEMU names the job in {@code id} or, in the older block-job events, in
 * {@code device}; this listener handles both.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpJobListener extends QmpEventListener {

    private static final EventMatcher NAMED_BY_ID = anyOf(JOB_STATUS_CHANGE, BLOCK_JOB_PENDING);
    private static final EventMatcher NAMED_BY_DEVICE =
            anyOf(BLOCK_JOB_COMPLETED, BLOCK_JOB_CANCELLED, BLOCK_JOB_ERROR, BLOCK_JOB_READY);

    private final String jobId;

    /**
     * Create a listener. It receives events after {@link io.github.qmpjunit.qmp.QmpClient#register}.
     *
     * @param jobId the job's id; for jobs without their own id, the device's name
     */
    public QmpJobListener(String jobId) {
        super(EventMatcher.anyEvent().where("job \"" + jobId + "\" is meant", event -> isOf(jobId, event)));
        this.jobId = jobId;
    }

    /** {@return the job's id} */
    public String jobId() {
        return jobId;
    }

    private static boolean isOf(String jobId, QmpEvent event) {
        String key = NAMED_BY_ID.matches(event) ? "id" : NAMED_BY_DEVICE.matches(event) ? "device" : "";
        return event.data().path(key).asString("").equals(jobId) && !key.isEmpty();
    }
}
