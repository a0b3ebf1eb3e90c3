package io.github.qmpjunit.qemu;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the QEMU to start: the one that was named, then the system property {@value #PROPERTY}, then the environment variable
 * {@value #ENVIRONMENT}, which QEMU's own tests use as well, then {@code qemu-system-<arch>} on the {@code PATH}.
 */
public final class QemuBinary {

    /** The system property that names the binary, as a path or as a command on the {@code PATH}. */
    public static final String PROPERTY = "qmpjunit.qemu";

    /** The environment variable that names the binary, as a path or as a command on the {@code PATH}. */
    public static final String ENVIRONMENT = "QEMU_PROG";

    private static final Map<String, String> QEMU_ARCHITECTURES =
            Map.of("amd64", "x86_64", "x86", "i386", "arm64", "aarch64", "ppc64le", "ppc64");

    private QemuBinary() {}

    /**
     * Find the binary.
     *
     * @param named a path, a command on the {@code PATH}, or {@code null} where nobody named one
     * @return the binary's path
     * @throws QemuNotFoundException if there is none; a binary that was named must be there, no other is taken instead
     */
    public static Path find(@Nullable String named) {
        return find(named, System.getProperty(PROPERTY), System.getenv(ENVIRONMENT), System.getenv("PATH"));
    }

    static Path find(
            @Nullable String named,
            @Nullable String property,
            @Nullable String environment,
            @Nullable String searchPath) {
        if (named != null && !named.isBlank()) {
            return require(named, "which the machine's definition names", searchPath);
        }
        if (property != null && !property.isBlank()) {
            return require(property, "which the system property " + PROPERTY + " names", searchPath);
        }
        if (environment != null && !environment.isBlank()) {
            return require(environment, "which the environment variable " + ENVIRONMENT + " names", searchPath);
        }
        return require(
                "qemu-system-" + hostArchitecture(),
                "since neither the machine's definition nor the system property %s nor the environment variable %s names one"
                        .formatted(PROPERTY, ENVIRONMENT),
                searchPath);
    }

    private static String hostArchitecture() {
        String java = System.getProperty("os.arch");
        return QEMU_ARCHITECTURES.getOrDefault(java, java);
    }

    private static Path require(String wanted, String why, @Nullable String searchPath) {
        List<Path> candidates = new ArrayList<>();
        if (wanted.contains(File.separator)) {
            candidates.add(Path.of(wanted).toAbsolutePath());
        } else {
            Stream.of((searchPath == null ? "" : searchPath).split(Pattern.quote(File.pathSeparator)))
                    .filter(folder -> !folder.isEmpty())
                    .forEach(folder -> candidates.add(Path.of(folder).resolve(wanted)));
        }
        for (Path candidate : candidates) {
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new QemuNotFoundException(notFound(wanted, why, candidates));
    }

    private static String notFound(String wanted, String why, List<Path> candidates) {
        StringBuilder message =
                new StringBuilder("Cannot find a QEMU to start: looked for \"%s\", %s, and found no executable file at"
                        .formatted(wanted, why));
        candidates.forEach(candidate -> message.append("\n  ").append(candidate));
        return message.append(
                        "\nInstall QEMU (Debian: qemu-system-x86, Fedora: qemu-system-x86-core, Homebrew: qemu), or name one with")
                .append(" -D%s=/path/to/qemu-system-x86_64 or %s=/path/to/qemu-system-x86_64"
                        .formatted(PROPERTY, ENVIRONMENT))
                .toString();
    }
}
