package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;

/**
 * A machine in the hands of a test.
 *
 * @param machine it
 * @param definition what it is
 * @param stderrBefore how many characters stood on its standard error before the test
 */
record TestMachine(QemuMachine machine, VmDefinition definition, int stderrBefore) {

    /** Return what it has written to its standard error since the test began. */
    String stderr() {
        String all = machine.stderr().text();
        return all.substring(Math.min(stderrBefore, all.length()));
    }
}
