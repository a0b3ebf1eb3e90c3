package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.secrets.Secrets;
import java.util.List;
import java.util.Optional;

/**
 * How a machine was started.
 *
 * @param name the machine's name
 * @param commandLine its command line; empty if it did not come to that
 * @param shellCommand the same for a shell, with its environment and what was put before QEMU, where that is known
 * @param surroundings what else it was started with, where that is known
 */
record StartedAs(String name, List<String> commandLine, Optional<String> shellCommand, Surroundings surroundings) {

    StartedAs masked(Secrets secrets) {
        return new StartedAs(
                name, secrets.mask(commandLine), shellCommand.map(secrets::mask), surroundings.masked(secrets));
    }
}
