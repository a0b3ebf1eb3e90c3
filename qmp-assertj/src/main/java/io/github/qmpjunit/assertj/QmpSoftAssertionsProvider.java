package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.guest.GuestProgramResult;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import org.apiguardian.api.API;
import org.assertj.core.api.SoftAssertionsProvider;

/** Adds this package's assertions to soft assertions of your own. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public interface QmpSoftAssertionsProvider extends SoftAssertionsProvider {

    /**
     * Begin a soft assertion about an event.
     *
     * @param actual the event
     * @return the assertion
     */
    default QmpEventAssert assertThat(QmpEvent actual) {
        return proxy(QmpEventAssert.class, QmpEvent.class, actual);
    }

    /**
     * Begin a soft assertion about a machine.
     *
     * @param actual the machine
     * @return the assertion
     */
    default QemuMachineAssert assertThat(QemuMachine actual) {
        return proxy(QemuMachineAssert.class, QemuMachine.class, actual);
    }

    /**
     * Begin a soft assertion about a client.
     *
     * @param actual the client
     * @return the assertion
     */
    default QmpClientAssert assertThat(QmpClient actual) {
        return proxy(QmpClientAssert.class, QmpClient.class, actual);
    }

    /**
     * Begin a soft assertion about a listener.
     *
     * @param actual the listener
     * @return the assertion
     */
    default QmpEventListenerAssert assertThat(QmpEventListener actual) {
        return proxy(QmpEventListenerAssert.class, QmpEventListener.class, actual);
    }

    /**
     * Begin a soft assertion about a storage daemon.
     *
     * @param actual the daemon
     * @return the assertion
     */
    default StorageDaemonAssert assertThat(StorageDaemon actual) {
        return proxy(StorageDaemonAssert.class, StorageDaemon.class, actual);
    }

    /**
     * Begin a soft assertion about a console.
     *
     * @param actual the console
     * @return the assertion
     */
    default SerialConsoleAssert assertThat(SerialConsole actual) {
        return proxy(SerialConsoleAssert.class, SerialConsole.class, actual);
    }

    /**
     * Begin a soft assertion about a program that has run in the guest.
     *
     * @param actual what became of the program
     * @return the assertion
     */
    default GuestProgramAssert assertThat(GuestProgramResult actual) {
        return proxy(GuestProgramAssert.class, GuestProgramResult.class, actual);
    }

    /**
     * Begin a soft assertion about hardware.
     *
     * @param actual the qtest connection
     * @return the assertion
     */
    default QtestAssert assertThat(Qtest actual) {
        return proxy(QtestAssert.class, Qtest.class, actual);
    }

    /**
     * Begin a soft assertion about a disk image.
     *
     * @param actual the disk
     * @return the assertion
     */
    default DiskAssert assertThat(Disk actual) {
        return proxy(DiskAssert.class, Disk.class, actual);
    }
}
