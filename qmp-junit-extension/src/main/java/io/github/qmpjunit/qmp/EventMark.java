package io.github.qmpjunit.qmp;

import java.time.Instant;
import org.apiguardian.api.API;

/**
 * A point in the order of a client's events; made by {@link QmpClient#mark()}.
 *
 * @param sequence the sequence number of the last event before it; 0 before the first
 * @param time the moment at which it was made, by this host's clock
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record EventMark(long sequence, Instant time) {

    /**
     * Return whether an event arrived after this point.
     *
     * @param event an event of the client that made the mark
     * @return whether it is later
     */
    public boolean isBefore(QmpEvent event) {
        return event.sequence() > sequence;
    }
}
