package io.github.qmpjunit.qemu;

/** Starts a machine behind a wrapper that does not become QEMU, prints QEMU's process id, and lives on. */
final class WrappedMachineHolder {

    private WrappedMachineHolder() {}

    public static void main(String[] args) throws Exception {
        QemuMachine vm = QemuMachine.builder()
                .prefix("sh", "-c", "\"$@\"; exit $?", "sh")
                .start();
        System.out.println(vm.qmp().peer().orElseThrow().pid());
        System.in.read();
    }
}
