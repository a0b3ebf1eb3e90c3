package io.github.qmpjunit.internal;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Looks for executable files, and says where it has looked. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Programs {

    private Programs() {}

    /**
     * Return where a program can be.
     *
     * @param pathOrCommand a path, or a command
     * @param searchPath the folders in which a command can be, as the {@code PATH} has them
     */
    public static List<Path> candidates(String pathOrCommand, @Nullable String searchPath) {
        if (pathOrCommand.contains(File.separator)) {
            return List.of(Path.of(pathOrCommand).toAbsolutePath());
        }
        List<Path> candidates = new ArrayList<>();
        Stream.of((searchPath == null ? "" : searchPath).split(Pattern.quote(File.pathSeparator)))
                .filter(folder -> !folder.isEmpty())
                .forEach(folder -> candidates.add(Path.of(folder).resolve(pathOrCommand)));
        return candidates;
    }

    /** Return the first of the candidates that is an executable file. */
    public static Optional<Path> first(List<Path> candidates) {
        return candidates.stream().filter(Programs::isProgram).findFirst();
    }

    /** With File and not with Files, which throws an exception within itself for each folder that has no such program. */
    public static boolean isProgram(Path candidate) {
        File file = candidate.toFile();
        return file.isFile() && file.canExecute();
    }

    /** Return the candidates, each on a line of its own, with what is there instead of a program. */
    public static String list(List<Path> candidates) {
        StringBuilder lines = new StringBuilder();
        candidates.forEach(candidate -> lines.append("\n  ").append(candidate).append(remark(candidate)));
        return lines.toString();
    }

    private static String remark(Path candidate) {
        if (Files.isDirectory(candidate)) {
            return " (which is a directory)";
        }
        return Files.exists(candidate) ? " (which is there, but not executable)" : "";
    }
}
