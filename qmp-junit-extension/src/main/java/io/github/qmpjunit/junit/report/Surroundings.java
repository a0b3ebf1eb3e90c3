package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.secrets.Secrets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a machine was started with, besides its command line.
 *
 * @param environment what its definition has added to its environment, each as {@code NAME=value}
 * @param workingDirectory where it runs, if not where the JVM does
 */
record Surroundings(List<String> environment, Optional<Path> workingDirectory) {

    static final Surroundings NONE = new Surroundings(List.of(), Optional.empty());

    static Surroundings of(Map<String, String> environment, Optional<Path> workingDirectory) {
        return new Surroundings(
                environment.entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .toList(),
                workingDirectory);
    }

    Surroundings masked(Secrets secrets) {
        return new Surroundings(secrets.mask(environment), workingDirectory);
    }
}
