package io.github.qmpjunit.qemu.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Finds the QEMU binary, in this order: the definition's name, the system property {@value #PROPERTY}, the environment
 * variable {@value #ENVIRONMENT}, which QEMU's own tests also use, and {@code qemu-system-<arch>} on the {@code PATH}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QemuBinary {

    /** The system property that names the binary, as a path or as a command on the {@code PATH}. */
    public static final String PROPERTY = "qmpjunit.qemu";

    /** The environment variable that names the binary, as a path or as a command on the {@code PATH}. */
    public static final String ENVIRONMENT = "QEMU_PROG";

    private static final Map<String, String> QEMU_ARCHITECTURES =
            Map.of("amd64", "x86_64", "x86", "i386", "arm64", "aarch64", "ppc64le", "ppc64");

    private static final Wanted QEMU = new Wanted("a QEMU", PROPERTY, ENVIRONMENT, "qemu-system-" + hostArchitecture());
    private static final Wanted STORAGE_DAEMON =
            new Wanted("a storage daemon", "qmpjunit.qemu-storage-daemon", "QSD_PROG", "qemu-storage-daemon");

    /** Binaries that were found before: searching each folder of a search path costs each start a third of a millisecond. */
    private static final Map<Sought, Path> FOUND = new ConcurrentHashMap<>();

    private QemuBinary() {}

    /**
     * Find the binary.
     *
     * @param named a path, a command on the {@code PATH}, or {@code null} if none was named
     * @return the binary's path
     * @throws QemuNotFoundException if it does not exist; a named binary has no fallback
     */
    public static Path find(@Nullable String named) {
        return find(QEMU, named);
    }

    /**
     * Return the binary's name by the same rules, without checking that it exists: it will run on another host.
     *
     * @param named a path or a command, or {@code null} if none was named
     * @return the name
     */
    public static String nameOf(@Nullable String named) {
        return Stream.of(
                        Optional.ofNullable(named),
                        Optional.ofNullable(System.getProperty(PROPERTY)),
                        Optional.ofNullable(System.getenv(ENVIRONMENT)))
                .flatMap(Optional::stream)
                .filter(name -> !name.isBlank())
                .findFirst()
                .orElse(QEMU.command);
    }

    /**
     * Find {@code qemu-storage-daemon} in the same way.
     *
     * @param named a path, a command on the {@code PATH}, or {@code null} if none was named
     * @return the binary's path
     * @throws QemuNotFoundException if it does not exist
     */
    public static Path findStorageDaemon(@Nullable String named) {
        return find(STORAGE_DAEMON, named);
    }

    private static Path find(Wanted wanted, @Nullable String named) {
        return find(
                wanted,
                named,
                System.getProperty(wanted.property),
                System.getenv(wanted.environment),
                System.getenv("PATH"));
    }

    static Path find(
            @Nullable String named,
            @Nullable String property,
            @Nullable String environment,
            @Nullable String searchPath) {
        return find(QEMU, named, property, environment, searchPath);
    }

    private static Path find(
            Wanted wanted,
            @Nullable String named,
            @Nullable String property,
            @Nullable String environment,
            @Nullable String searchPath) {
        if (named != null && !named.isBlank()) {
            return require(wanted, named, "which its definition names", searchPath);
        }
        if (property != null && !property.isBlank()) {
            return require(wanted, property, "which the system property " + wanted.property + " names", searchPath);
        }
        if (environment != null && !environment.isBlank()) {
            return require(
                    wanted, environment, "which the environment variable " + wanted.environment + " names", searchPath);
        }
        return require(
                wanted,
                wanted.command,
                "since neither its definition nor the system property %s nor the environment variable %s names one"
                        .formatted(wanted.property, wanted.environment),
                searchPath);
    }

    /** The wanted program, and where its name can be set. */
    private record Wanted(String what, String property, String environment, String command) {}

    /** A name, and the search path for it. */
    private record Sought(String name, @Nullable String searchPath) {}

    private static String hostArchitecture() {
        String java = System.getProperty("os.arch");
        return QEMU_ARCHITECTURES.getOrDefault(java, java);
    }

    private static Path require(Wanted kind, String wanted, String why, @Nullable String searchPath) {
        Sought sought = new Sought(wanted, searchPath);
        Path last = FOUND.get(sought);
        if (last != null && isProgram(last)) {
            return last;
        }
        List<Path> candidates = new ArrayList<>();
        if (wanted.contains(File.separator)) {
            candidates.add(Path.of(wanted).toAbsolutePath());
        } else {
            Stream.of((searchPath == null ? "" : searchPath).split(Pattern.quote(File.pathSeparator)))
                    .filter(folder -> !folder.isEmpty())
                    .forEach(folder -> candidates.add(Path.of(folder).resolve(wanted)));
        }
        for (Path candidate : candidates) {
            if (isProgram(candidate)) {
                FOUND.put(sought, candidate);
                return candidate;
            }
        }
        throw new QemuNotFoundException(notFound(kind, wanted, why, candidates));
    }

    /** With File and not with Files, which throws an exception within itself for each folder that has no such program. */
    private static boolean isProgram(Path candidate) {
        File file = candidate.toFile();
        return file.isFile() && file.canExecute();
    }

    private static String notFound(Wanted kind, String wanted, String why, List<Path> candidates) {
        StringBuilder message =
                new StringBuilder("Cannot find %s to start: looked for \"%s\", %s, and found no executable file at"
                        .formatted(kind.what, wanted, why));
        candidates.forEach(candidate -> message.append("\n  ").append(candidate).append(remark(candidate)));
        return message.append("\nInstall QEMU (Debian: qemu-system-x86, Fedora: qemu-system-x86-core, Homebrew: qemu),")
                .append(" or name one with -D%s=/path/to/%s or %s=/path/to/%s"
                        .formatted(kind.property, kind.command, kind.environment, kind.command))
                .toString();
    }

    private static String remark(Path candidate) {
        if (Files.isDirectory(candidate)) {
            return " (which is a directory)";
        }
        return Files.exists(candidate) ? " (which is there, but not executable)" : "";
    }
}
