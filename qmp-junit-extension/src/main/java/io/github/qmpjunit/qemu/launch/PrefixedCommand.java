package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.qemu.process.CommandLine;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.secrets.Secrets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apiguardian.api.API;

/** Command lines behind a launch prefix: as they are started, and as people read them. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class PrefixedCommand {

    private PrefixedCommand() {}

    /** Return what to start, so that a program runs behind a prefix. */
    static List<String> toStart(
            LaunchPrefix prefix,
            List<String> program,
            Map<String, String> environment,
            Optional<Path> workingDirectory) {
        return prefix.isRemote()
                ? prefix.before(RemoteEnd.keeping(overThere(program, environment), workingDirectory))
                : prefix.before(program);
    }

    /** Return how a person would start it in a shell: without what we need to keep it. */
    public static String forShell(LaunchPrefix prefix, List<String> program, Map<String, String> environment) {
        return CommandLine.forShell(prefix.before(prefix.isRemote() ? overThere(program, environment) : program));
    }

    /** Return the same for messages: without secrets. */
    static String forMessages(
            LaunchPrefix prefix, List<String> program, Map<String, String> environment, Secrets secrets) {
        List<String> overThere = secrets.mask(prefix.isRemote() ? overThere(program, environment) : program);
        return CommandLine.forShell(prefix.maskedBy(secrets).before(overThere));
    }

    /** Our own environment is that of the prefix; it does not get over there by itself. */
    private static List<String> overThere(List<String> program, Map<String, String> environment) {
        if (environment.isEmpty()) {
            return program;
        }
        List<String> line = new ArrayList<>(List.of("env"));
        environment.forEach((variable, value) -> line.add(variable + "=" + value));
        line.addAll(program);
        return line;
    }
}
