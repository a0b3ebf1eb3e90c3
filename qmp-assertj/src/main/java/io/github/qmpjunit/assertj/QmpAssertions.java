package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import org.jspecify.annotations.Nullable;

/** The entry point: import {@link #assertThat} statically. */
public final class QmpAssertions {

    private QmpAssertions() {}

    /**
     * Begin an assertion about a client: what it receives.
     *
     * @param actual the client
     * @return the assertion
     */
    public static QmpClientAssert assertThat(@Nullable QmpClient actual) {
        return new QmpClientAssert(actual);
    }

    /**
     * Begin an assertion about a machine: its process and its status.
     *
     * @param actual the machine
     * @return the assertion
     */
    public static QemuMachineAssert assertThat(@Nullable QemuMachine actual) {
        return new QemuMachineAssert(actual);
    }
}
