package io.github.qmpjunit.qmp;

import org.apiguardian.api.API;

/** Signals a call that the client's state does not allow. The message names both states. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpStateException extends QmpException {

    private static final long serialVersionUID = 1L;

    /** See {@link #state()}. */
    private final QmpState state;

    /** See {@link #required()}. */
    private final QmpState required;

    QmpStateException(String message, QmpState state, QmpState required) {
        super(message, null);
        this.state = state;
        this.required = required;
    }

    /** {@return the state in which the client was} */
    public QmpState state() {
        return state;
    }

    /** {@return the state that was needed} */
    public QmpState required() {
        return required;
    }
}
