package io.github.qmpjunit.qemu;

import java.nio.file.Path;

/** Starts a machine on a thread that ends, tells its pid and directory, and goes on until it is killed or told how to end. */
final class MachineHolder {

    private MachineHolder() {}

    public static void main(String[] args) throws Exception {
        Thread shortLived = new Thread(() -> {
            QemuMachine vm = QemuMachine.builder().machine("q35").start();
            String socket = vm.commandLine().stream()
                    .filter(arg -> arg.contains("path="))
                    .findFirst()
                    .orElseThrow();
            Path directory =
                    Path.of(socket.substring(socket.indexOf("path=") + 5)).getParent();
            System.out.println(vm.pid() + " " + directory.getParent());
        });
        shortLived.start();
        shortLived.join();
        if (System.in.read() == 'x') {
            System.exit(3);
        }
    }
}
