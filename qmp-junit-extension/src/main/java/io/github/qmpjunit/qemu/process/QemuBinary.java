package io.github.qmpjunit.qemu.process;

import io.github.qmpjunit.internal.Programs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final String BY_DEFINITION = "which its definition names";

    private static final Map<String, String> QEMU_ARCHITECTURES =
            Map.of("amd64", "x86_64", "x86", "i386", "arm64", "aarch64", "ppc64le", "ppc64");

    private static final String COMMAND = "qemu-system-" + hostArchitecture();

    private static final String ADVICE =
            "Install QEMU (Debian: qemu-system-x86, Fedora: qemu-system-x86-core, Homebrew: qemu), or name one with -D%s=/path/to/%s or %s=/path/to/%s"
                    .formatted(PROPERTY, COMMAND, ENVIRONMENT, COMMAND);

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
        return find(named, System.getProperty(PROPERTY), System.getenv(ENVIRONMENT), System.getenv("PATH"));
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
                .orElse(COMMAND);
    }

    static Path find(
            @Nullable String named,
            @Nullable String property,
            @Nullable String environment,
            @Nullable String searchPath) {
        if (named != null && !named.isBlank()) {
            return require(named, BY_DEFINITION, searchPath);
        }
        if (property != null && !property.isBlank()) {
            return require(property, "which the system property " + PROPERTY + " names", searchPath);
        }
        if (environment != null && !environment.isBlank()) {
            return require(environment, "which the environment variable " + ENVIRONMENT + " names", searchPath);
        }
        return require(
                COMMAND,
                "since neither its definition nor the system property %s nor the environment variable %s names one"
                        .formatted(PROPERTY, ENVIRONMENT),
                searchPath);
    }

    /** A name, and the search path for it. */
    private record Sought(String name, @Nullable String searchPath) {}

    private static String advice(String why) {
        return why.equals(BY_DEFINITION)
                ? "Correct the name where it is given: @Vm(binary = ...), binary(...) of a builder, or the configuration parameter %s. Without it, the environment variable %s and the PATH count"
                        .formatted(PROPERTY, ENVIRONMENT)
                : ADVICE;
    }

    private static String hostArchitecture() {
        String java = System.getProperty("os.arch");
        return QEMU_ARCHITECTURES.getOrDefault(java, java);
    }

    private static Path require(String wanted, String why, @Nullable String searchPath) {
        Sought sought = new Sought(wanted, searchPath);
        Path last = FOUND.get(sought);
        if (last != null && Programs.isProgram(last)) {
            return last;
        }
        List<Path> candidates = Programs.candidates(wanted, searchPath);
        Path found = Programs.first(candidates)
                .orElseThrow(() -> new QemuNotFoundException(
                        "Cannot find a QEMU to start: looked for \"%s\", %s, and found no executable file at%s\n%s"
                                .formatted(wanted, why, Programs.list(candidates), advice(why))));
        FOUND.put(sought, found);
        return found;
    }
}
