package io.github.qmpjunit.assertj;

import io.github.qmpjunit.internal.Timeouts;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.guest.GuestProgramResult;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.time.Duration;
import org.apiguardian.api.API;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.InstanceOfAssertFactory;
import org.jspecify.annotations.Nullable;

/**
 * The entry point: import {@link #assertThat} statically.
 *
 * <pre>{@code
 * qmp.execute("stop");
 * assertThat(qmp).awaitEvent(STOP);
 * assertThat(vm).awaitStatus("paused");
 * }</pre>
 */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public final class QmpAssertions {

    /** Narrows an AssertJ assertion to one about an event: {@code extracting(..., QMP_EVENT)}. */
    public static final InstanceOfAssertFactory<QmpEvent, QmpEventAssert> QMP_EVENT =
            new InstanceOfAssertFactory<>(QmpEvent.class, QmpEventAssert::new);

    /** Narrows an AssertJ assertion to one about a client: {@code extracting(QemuMachine::qmp, QMP_CLIENT)}. */
    public static final InstanceOfAssertFactory<QmpClient, QmpClientAssert> QMP_CLIENT =
            new InstanceOfAssertFactory<>(QmpClient.class, QmpClientAssert::new);

    /** Narrows an AssertJ assertion to one about a machine. */
    public static final InstanceOfAssertFactory<QemuMachine, QemuMachineAssert> QEMU_MACHINE =
            new InstanceOfAssertFactory<>(QemuMachine.class, QemuMachineAssert::new);

    /** Narrows an AssertJ assertion to one about a storage daemon. */
    public static final InstanceOfAssertFactory<StorageDaemon, StorageDaemonAssert> STORAGE_DAEMON =
            new InstanceOfAssertFactory<>(StorageDaemon.class, StorageDaemonAssert::new);

    /** Narrows an AssertJ assertion to one about a listener. */
    public static final InstanceOfAssertFactory<QmpEventListener, QmpEventListenerAssert> QMP_EVENT_LISTENER =
            new InstanceOfAssertFactory<>(QmpEventListener.class, QmpEventListenerAssert::new);

    /** Narrows an AssertJ assertion to one about a console: {@code extracting(QemuMachine::console, SERIAL_CONSOLE)}. */
    public static final InstanceOfAssertFactory<SerialConsole, SerialConsoleAssert> SERIAL_CONSOLE =
            new InstanceOfAssertFactory<>(SerialConsole.class, SerialConsoleAssert::new);

    /** Narrows an AssertJ assertion to one about a program that has run in the guest. */
    public static final InstanceOfAssertFactory<GuestProgramResult, GuestProgramAssert> GUEST_PROGRAM =
            new InstanceOfAssertFactory<>(GuestProgramResult.class, GuestProgramAssert::new);

    /** Narrows an AssertJ assertion to one about a disk. */
    public static final InstanceOfAssertFactory<Disk, DiskAssert> DISK =
            new InstanceOfAssertFactory<>(Disk.class, DiskAssert::new);

    private QmpAssertions() {}

    /**
     * Begin an assertion about a client: what it receives, and what the server answers.
     *
     * @param actual the client
     * @return the assertion
     */
    @CheckReturnValue
    public static QmpClientAssert assertThat(@Nullable QmpClient actual) {
        return new QmpClientAssert(actual);
    }

    /**
     * Begin an assertion about a machine: its process, its status, and what its client receives.
     *
     * @param actual the machine
     * @return the assertion
     */
    @CheckReturnValue
    public static QemuMachineAssert assertThat(@Nullable QemuMachine actual) {
        return new QemuMachineAssert(actual);
    }

    /**
     * Begin an assertion about a storage daemon: its process, and what its client receives.
     *
     * @param actual the daemon
     * @return the assertion
     */
    @CheckReturnValue
    public static StorageDaemonAssert assertThat(@Nullable StorageDaemon actual) {
        return new StorageDaemonAssert(actual);
    }

    /**
     * Begin an assertion about a listener: what it hears, in a queue of its own.
     *
     * @param actual the listener
     * @return the assertion
     */
    @CheckReturnValue
    public static QmpEventListenerAssert assertThat(@Nullable QmpEventListener actual) {
        return new QmpEventListenerAssert(actual);
    }

    /**
     * Begin an assertion about an event that has arrived.
     *
     * @param actual the event
     * @return the assertion
     */
    @CheckReturnValue
    public static QmpEventAssert assertThat(@Nullable QmpEvent actual) {
        return new QmpEventAssert(actual);
    }

    /**
     * Begin an assertion about a console: what the guest writes to it.
     *
     * @param actual the console
     * @return the assertion
     */
    @CheckReturnValue
    public static SerialConsoleAssert assertThat(@Nullable SerialConsole actual) {
        return new SerialConsoleAssert(actual);
    }

    /**
     * Begin an assertion about a program that has run in the guest: how it ended, and what it wrote.
     *
     * @param actual what became of it, from {@code vm.guestAgent().run(...)}
     * @return the assertion
     */
    @CheckReturnValue
    public static GuestProgramAssert assertThat(@Nullable GuestProgramResult actual) {
        return new GuestProgramAssert(actual);
    }

    /**
     * Begin an assertion about a machine's hardware: memory, ports, interrupt lines.
     *
     * @param actual the qtest connection
     * @return the assertion
     */
    @CheckReturnValue
    public static QtestAssert assertThat(@Nullable Qtest actual) {
        return new QtestAssert(actual);
    }

    /**
     * Begin an assertion about a disk image: its format, its content, its backing chain, what is stored in it.
     *
     * @param actual the disk
     * @return the assertion
     */
    @CheckReturnValue
    public static DiskAssert assertThat(@Nullable Disk actual) {
        return new DiskAssert(actual);
    }

    /**
     * Begin an assertion about the order of events of several machines, with the default timeout, that begins now.
     *
     * @return the assertion
     */
    @CheckReturnValue
    public static InOrderAssert inOrder() {
        return inOrder(Timeouts.current().assertions());
    }

    /**
     * Begin an assertion about the order of events of several machines.
     *
     * @param timeout for all events together; it begins now
     * @return the assertion
     */
    @CheckReturnValue
    public static InOrderAssert inOrder(Duration timeout) {
        return new InOrderAssert(timeout);
    }

    /**
     * Mean a line that contains a text.
     *
     * @param part the text
     * @return what to give to {@link SerialConsoleAssert#awaitLine}
     */
    public static TextPattern containing(String part) {
        return TextPattern.containing(part);
    }

    /**
     * Mean a line in which a regular expression finds something.
     *
     * @param regex the expression, see {@link java.util.regex.Pattern}
     * @return what to give to {@link SerialConsoleAssert#awaitLine}
     */
    public static TextPattern matching(String regex) {
        return TextPattern.matching(regex);
    }

    /**
     * Mean a line that is just this.
     *
     * @param line the line
     * @return what to give to {@link SerialConsoleAssert#awaitLine}
     */
    public static TextPattern exactly(String line) {
        return TextPattern.exactly(line);
    }
}
