package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qemu.process.QemuStartException;
import java.util.List;

/** Starts a program again and again that does not become a machine, and prints how many descriptors that has cost. */
final class VanishingSocket {

    private static final int STARTS = 6;

    private VanishingSocket() {}

    public static void main(String[] args) throws Exception {
        start(args[0]); // some are made once
        List<String> before = Descriptors.ofSocketsAndPipes();
        for (int i = 0; i < STARTS; i++) {
            start(args[0]);
        }
        List<String> after = Descriptors.ofSocketsAndPipes();
        after.removeAll(before);
        System.out.println("more descriptors " + after);
    }

    private static void start(String program) {
        try {
            QemuMachine.builder().binary(program).start();
        } catch (QemuStartException e) {
            // As it should be.
        }
    }
}
