package io.github.qmpjunit.qemu;

import java.util.Arrays;

/** Starts a machine behind a prefix, says so, and goes on until it is killed or told to exit. */
final class FarMachineHolder {

    private FarMachineHolder() {}

    /** The first word marks QEMU's command line, the others are the prefix. */
    public static void main(String[] args) throws Exception {
        QemuMachine.builder()
                .prefix(RemotePrefixContract.prefix(Arrays.asList(args).subList(1, args.length)))
                .args("-name", args[0])
                .start();
        System.out.println("started");
        if (System.in.read() == 'x') {
            System.exit(3);
        }
    }
}
