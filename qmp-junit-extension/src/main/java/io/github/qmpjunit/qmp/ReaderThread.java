package io.github.qmpjunit.qmp;

/** The thread that reads from a connection. A user's filter runs on it, so it must not wait for anything that it would have to read. */
final class ReaderThread extends Thread {

    ReaderThread(String clientName, Runnable action) {
        super(action, "qmp-reader-" + clientName);
        setDaemon(true);
    }

    /** Refuse to wait on such a thread, whichever connection it belongs to: two of them that wait for each other would never end. */
    static void refuse(String client, String what) {
        if (Thread.currentThread() instanceof ReaderThread) {
            throw new QmpListenerException(
                    "%s cannot %s here: this is thread \"%s\", which reads what servers send, and it would wait for itself. A listener's filter only decides; to act on an event, use qmp.onEvent(...)"
                            .formatted(
                                    client.isEmpty() ? "A listener" : "QMP client \"%s\"".formatted(client),
                                    what,
                                    Thread.currentThread().getName()),
                    null);
        }
    }
}
