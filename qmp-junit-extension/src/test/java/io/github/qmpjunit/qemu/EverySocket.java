package io.github.qmpjunit.qemu;

import java.util.Map;

/** A machine with every socket that one can have. */
final class EverySocket {

    private EverySocket() {}

    static QemuMachine start() {
        return QemuMachine.builder()
                .machine("q35")
                .memory("16M")
                .accelerators("tcg")
                .paused()
                .console("serial")
                .qtest()
                .guestAgent()
                .attachable()
                .device("VGA", Map.of())
                .start();
    }
}
