package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;

/** The states of a {@link QmpClient}, in their order. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public enum QmpState {
    /** Not connected. A client begins here and comes back here when it is closed. */
    IDLE,
    /** Waiting for the connection, the greeting or the negotiation. */
    CONNECTING,
    /** Ready for commands. */
    RUNNING,
    /** The connection has ended, or is about to end; {@link QmpClient#close()} leads back to {@link #IDLE}. */
    DISCONNECTING
}
