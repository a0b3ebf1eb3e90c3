package io.github.qmpjunit.qemu.disk;

import io.github.qmpjunit.internal.Programs;
import io.github.qmpjunit.qemu.launch.QemuProgram;
import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qemu.process.QemuNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The tools that belong to one QEMU. So a test of {@code build/qemu-system-x86_64} uses {@code build/qemu-img}, and not the system's.
 *
 * <pre>{@code
 * QemuTools tools = QemuTools.of(qemu);
 * tools.run(QemuTool.QEMU_IMG, "convert", "-O", "raw", source, target);
 * }</pre>
 *
 * <p>A tool is looked up in this order:
 *
 * <ol>
 *   <li>the key of this tool ({@link QemuTool#property()}, such as {@code qmpjunit.qemu-img}), then its environment variable ({@link
 *       QemuTool#environment()}, such as {@code QEMU_IMG_PROG});
 *   <li>the folder that {@value #PROPERTY} names, or the environment variable {@value #ENVIRONMENT}; a tool that is not in it is an
 *       error;
 *   <li>the folder of the QEMU, then those where QEMU's build puts tools next to it;
 *   <li>the {@code PATH}.
 * </ol>
 *
 * <p>With the extension, the keys are those of JUnit's configuration. Without it, they are system properties. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QemuTools {

    /** The key that names the folder with all tools. */
    public static final String PROPERTY = "qmpjunit.tools";

    /** The environment variable that names the folder with all tools. */
    public static final String ENVIRONMENT = "QMPJUNIT_TOOLS";

    private static final Pattern SUPPORTED_FORMATS =
            Pattern.compile("^Supported (?:image )?formats:\\s+((?:[\\w-]+[ \n] *)+)$", Pattern.MULTILINE);

    private static final Map<String, Set<String>> FORMATS = new ConcurrentHashMap<>();

    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final @Nullable String qemu;
    private final Function<String, Optional<String>> settings;
    private final Function<String, Optional<String>> environment;
    private final Duration timeout;

    QemuTools(
            @Nullable String qemu,
            Function<String, Optional<String>> settings,
            Function<String, Optional<String>> environment,
            Duration timeout) {
        this.qemu = qemu;
        this.settings = settings;
        this.environment = environment;
        this.timeout = timeout;
    }

    /** {@return the tools of the QEMU that {@link QemuBinary} finds if none is named} */
    public static QemuTools usual() {
        return of(null, key -> Optional.ofNullable(System.getProperty(key)));
    }

    /**
     * Return the tools of a QEMU.
     *
     * @param qemu its path, or a command on the {@code PATH}
     * @return the tools
     */
    public static QemuTools of(Path qemu) {
        return of(qemu.toString(), key -> Optional.ofNullable(System.getProperty(key)));
    }

    /**
     * Return the tools of a QEMU, with the keys from elsewhere than the system properties.
     *
     * @param qemu its path, a command on the {@code PATH}, or {@code null} for the usual one
     * @param settings returns the value of a key, if it has one
     * @return the tools
     */
    public static QemuTools of(@Nullable String qemu, Function<String, Optional<String>> settings) {
        return new QemuTools(qemu, settings, variable -> Optional.ofNullable(System.getenv(variable)), TIMEOUT);
    }

    /**
     * Return these tools with another timeout.
     *
     * @param limit how long each run of a tool can take; 1 min by default
     * @return the tools
     */
    public QemuTools within(Duration limit) {
        return new QemuTools(qemu, settings, environment, limit);
    }

    /**
     * Find a tool.
     *
     * @param tool the tool
     * @return its path
     * @throws QemuNotFoundException if it is not found; a tool that a key names must be there, no other is taken instead
     */
    public Path find(QemuTool tool) {
        return find(tool, null);
    }

    /**
     * Find a tool.
     *
     * @param tool the tool
     * @param named a path, a command on the {@code PATH}, or {@code null} to look for the one that belongs to the QEMU
     * @return its path
     * @throws QemuNotFoundException if it is not found
     */
    public Path find(QemuTool tool, @Nullable String named) {
        String searchPath = environment.apply("PATH").orElse("");
        Optional<Named> one = value(Optional.ofNullable(named), "which its definition names")
                .or(() -> value(settings.apply(tool.property()), "which " + tool.property() + " names"))
                .or(() -> value(environment.apply(tool.environment()), "which " + tool.environment() + " names"));
        if (one.isPresent()) {
            return require(tool, one.get().value, one.get().why, Programs.candidates(one.get().value, searchPath));
        }
        Optional<Named> folder = value(settings.apply(PROPERTY), "in the folder that " + PROPERTY + " names")
                .or(() -> value(environment.apply(ENVIRONMENT), "in the folder that " + ENVIRONMENT + " names"));
        if (folder.isPresent()) {
            Path only = Path.of(folder.get().value).toAbsolutePath().resolve(tool.command());
            return require(tool, tool.command(), folder.get().why, List.of(only));
        }
        List<Path> candidates = new ArrayList<>();
        Optional<Path> found = qemu();
        found.ifPresent(path -> candidates.addAll(beside(path, tool)));
        candidates.addAll(Programs.candidates(tool.command(), searchPath));
        String where = found.map(path -> "beside the QEMU " + path + " and on the PATH")
                .orElse("on the PATH, since there is no QEMU beside which it could be");
        return require(
                tool, tool.command(), where, candidates.stream().distinct().toList());
    }

    private record Named(String value, String why) {}

    private static Optional<Named> value(Optional<String> value, String why) {
        return value.map(String::strip).filter(text -> !text.isEmpty()).map(text -> new Named(text, why));
    }

    /** {@return the QEMU to which the tools belong, if there is one} */
    public Optional<Path> qemu() {
        try {
            return Optional.of(QemuBinary.find(qemu).toAbsolutePath());
        } catch (QemuNotFoundException e) {
            return Optional.empty();
        }
    }

    /** Older builds have a folder for each target, and all builds have one for the storage daemon. */
    private static List<Path> beside(Path qemu, QemuTool tool) {
        List<Path> folders = new ArrayList<>();
        folders.add(qemu.resolveSibling(tool.command()));
        folders.add(qemu.resolveSibling("storage-daemon").resolve(tool.command()));
        Path real = real(qemu);
        folders.add(real.resolveSibling(tool.command()));
        folders.add(real.resolveSibling("storage-daemon").resolve(tool.command()));
        Path target = real.getParent();
        if (target != null && target.toString().endsWith("-softmmu")) {
            folders.add(target.resolveSibling(tool.command()));
        }
        return folders.stream()
                .filter(path ->
                        tool == QemuTool.QEMU_STORAGE_DAEMON || !path.toString().contains("storage-daemon/"))
                .toList();
    }

    private static Path real(Path qemu) {
        try {
            return qemu.toRealPath();
        } catch (IOException e) {
            return qemu;
        }
    }

    private static Path require(QemuTool tool, String wanted, String where, List<Path> candidates) {
        return Programs.first(candidates)
                .orElseThrow(() -> new QemuNotFoundException(
                        "Cannot find %s: looked for \"%s\", %s, and found no executable file at%s\nInstall it (%s), name the folder of all tools with -D%s=/path/to/folder or %s=/path/to/folder, or this tool with -D%s=/path/to/%s or %s=/path/to/%s"
                                .formatted(
                                        tool.command(),
                                        wanted,
                                        where,
                                        Programs.list(candidates),
                                        tool.packages(),
                                        PROPERTY,
                                        ENVIRONMENT,
                                        tool.property(),
                                        tool.command(),
                                        tool.environment(),
                                        tool.command())));
    }

    /**
     * {@return the formats that {@code qemu-img} was built with, such as {@code qcow2}; it is asked once in a JVM for as long as its file stays the
     * same}
     */
    public Set<String> formats() {
        String program = QemuProgram.identify(find(QemuTool.QEMU_IMG));
        return FORMATS.computeIfAbsent(program, key -> {
            Matcher list =
                    SUPPORTED_FORMATS.matcher(run(QemuTool.QEMU_IMG, "--help").stdout());
            return list.find() ? new TreeSet<>(List.of(list.group(1).strip().split("\\s+"))) : Set.of();
        });
    }

    /**
     * Run a tool to its end.
     *
     * @param tool the tool
     * @param arguments its arguments
     * @return what it wrote
     * @throws QemuNotFoundException if it is not found
     * @throws ToolFailedException if it ends with another exit code than 0, by a signal, or not in time; with its own words
     */
    public ToolResult run(QemuTool tool, String... arguments) {
        return run(tool, List.of(arguments), Map.of(), Set.of(0));
    }

    /**
     * Run a tool.
     *
     * @param secrets by their ids; each becomes a file that only this user can read, and an object of the tool
     * @param expected the exit codes that are no failure
     */
    ToolResult run(QemuTool tool, List<String> arguments, Map<String, String> secrets, Set<Integer> expected) {
        return new ToolRun(find(tool), secrets).run(arguments, expected, timeout);
    }

    @Override
    public String toString() {
        return qemu().map(path -> "the tools of " + path).orElse("tools on the PATH");
    }
}
