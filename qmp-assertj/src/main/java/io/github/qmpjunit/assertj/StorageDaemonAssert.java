package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qmp.QmpClient;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Assertions about a storage daemon: its process, and what its client receives. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class StorageDaemonAssert extends AbstractQmpAssert<StorageDaemonAssert, StorageDaemon> {

    /**
     * Create an assertion.
     *
     * @param actual the daemon
     */
    public StorageDaemonAssert(@Nullable StorageDaemon actual) {
        super(actual, StorageDaemonAssert.class);
    }

    @Override
    QmpClient client() {
        return actual.qmp();
    }

    /**
     * Verify that the process runs.
     *
     * @return this assertion
     * @throws AssertionError if it has ended; the message says how
     */
    public StorageDaemonAssert isRunning() {
        isNotNull();
        if (!actual.isRunning()) {
            throw failure(
                    "%s",
                    Message.expecting("storage daemon \"%s\"".formatted(actual.name()), "to be running")
                            + "but:%n%s".formatted(Message.indented(actual.describe()))
                            + PeerState.artefacts(client()));
        }
        return this;
    }
}
