package io.github.qmpjunit.qemu.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.apiguardian.api.API;

/** Tells the programs that machines run from each other, as far as their QMP schemas may differ. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class QemuProgram {

    /** {@code -compat deprecated-output=hide} takes things out of the schema; a configuration file may say the same. */
    private static final Set<String> CHANGE_THE_SCHEMA = Set.of("-compat", "--compat", "-readconfig", "--readconfig");

    private QemuProgram() {}

    /**
     * Return what is the same for processes with the same schema only; an empty string where that is not known.
     *
     * @param commandLine the command line, the binary first; it may be a script that starts the real one
     * @param pid the process that came of it
     */
    public static String identify(List<String> commandLine, long pid) {
        if (commandLine.stream().anyMatch(CHANGE_THE_SCHEMA::contains)) {
            return "";
        }
        Set<Path> files = new LinkedHashSet<>();
        files.add(Path.of(commandLine.get(0)));
        ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .map(Path::of)
                .ifPresent(files::add);
        return identify(files);
    }

    /** Return what changes when the file at the path does; an empty string where there is none. */
    public static String identify(Path binary) {
        return identify(Set.of(binary));
    }

    private static String identify(Set<Path> files) {
        StringJoiner identity = new StringJoiner("\n");
        try {
            for (Path file : files) {
                Path real = file.toRealPath();
                BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
                identity.add("%s, %s bytes of %s".formatted(real, attributes.size(), attributes.lastModifiedTime()));
            }
        } catch (IOException e) {
            return "";
        }
        return identity.toString();
    }
}
