package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qemu.StorageDaemon;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Assertions about a storage daemon: its process, and what its client receives. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class StorageDaemonAssert extends AbstractProcessAssert<StorageDaemonAssert, StorageDaemon> {

    /**
     * Create an assertion.
     *
     * @param actual the daemon
     */
    public StorageDaemonAssert(@Nullable StorageDaemon actual) {
        super(actual, StorageDaemonAssert.class, "storage daemon");
    }
}
