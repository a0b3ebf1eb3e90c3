package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.transport.QmpAddress;

/** Uses every socket that a machine can have. */
final class OddFolder {

    private OddFolder() {}

    public static void main(String[] args) {
        try (QemuMachine vm = EverySocket.start();
                QemuMachine destination = QemuMachine.builder().incoming().start();
                QemuMachine source = QemuMachine.builder().start()) {
            vm.qtest().inb(0x64);
            vm.screen().png();
            vm.startGdbServer();
            try (QmpClient attached = QmpClient.connect(
                    QmpAddress.unix(vm.attachment().orElseThrow().monitor()))) {
                attached.execute("query-status");
            }
            source.migrateTo(destination);
        }
        System.out.println("all of it works");
    }
}
