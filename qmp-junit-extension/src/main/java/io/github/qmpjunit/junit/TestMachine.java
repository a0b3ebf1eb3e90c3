package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.OutputMark;

/**
 * A machine in the hands of a test.
 *
 * @param machine it
 * @param definition what it is
 * @param stderrBefore where its standard error was before the test
 */
record TestMachine(QemuMachine machine, VmDefinition definition, OutputMark stderrBefore) {

    /** Return what it has written to its standard error since the test began, and the test has to answer for. */
    String stderr() {
        return machine.unexpectedStderr(stderrBefore);
    }
}
