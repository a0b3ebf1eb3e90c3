package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.internal.Words;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * Where a process runs. Immutable.
 *
 * @param prefix the command to put before it
 * @param environment what to add to the environment, by variable
 * @param workingDirectory its working directory; empty for the JVM's
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public record RunContext(LaunchPrefix prefix, Map<String, String> environment, Optional<Path> workingDirectory) {

    /** On this machine, in the JVM's directory, with the JVM's environment. */
    public static final RunContext HERE = new RunContext(LaunchPrefix.NONE, Map.of(), Optional.empty());

    public RunContext {
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    }

    public RunContext withPrefix(LaunchPrefix command) {
        return new RunContext(command, environment, workingDirectory);
    }

    public RunContext withVariable(String variable, String value) {
        Words.requireVariable(variable, value);
        Map<String, String> more = new LinkedHashMap<>(environment);
        more.put(variable, value);
        return new RunContext(prefix, more, workingDirectory);
    }

    public RunContext withWorkingDirectory(Path directory) {
        return new RunContext(prefix, environment, Optional.of(directory));
    }
}
