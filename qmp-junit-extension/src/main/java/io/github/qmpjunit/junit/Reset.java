package io.github.qmpjunit.junit;

import org.apiguardian.api.API;

/**
 * What is done to a shared machine before each test but the first, so that it does not see what the last one has done.
 *
 * <pre>{@code
 * @Vm(guestAgent = true, factory = LinuxGuest.class, scope = Scope.CLASS, reset = Reset.SNAPSHOT)
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public enum Reset {

    /** Nothing: each test finds the machine as the last one has left it. */
    NONE,

    /**
     * A reset, as by the machine's button ({@code system_reset}): the guest boots anew, block nodes and objects stay; also where the
     * machine ends when the guest reboots ({@code -no-reboot}).
     */
    SYSTEM_RESET,

    /**
     * Rewind to a snapshot of the running machine, memory and disks. The tests of each class begin where its own {@code @BeforeAll}
     * methods left the machine; a class without such methods begins where the class around it does, or else the first test of all.
     */
    SNAPSHOT
}
