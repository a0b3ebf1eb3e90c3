package io.github.qmpjunit.qemu.disk;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.qemu.process.CommandLine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A disk image, with what {@code qemu-img} and {@code qemu-io} of the QEMU under test can do with it.
 *
 * <pre>{@code
 * Disk disk = Disk.qcow2(dir.resolve("disk.qcow2")).size("64M").create();
 * disk.write(0x5a, 0, 65536);
 * qmp.execute("blockdev-add", disk.blockdev("disk0"));
 * }</pre>
 *
 * <p>The static methods use the tools of the QEMU that {@link io.github.qmpjunit.qemu.process.QemuBinary} finds. A test whose QEMU comes
 * from an annotation, a matrix or JUnit's configuration asks for a {@link Disks} parameter instead, which has the tools of that QEMU.
 *
 * <p>Every method that runs a tool throws {@link ToolFailedException} if the tool fails, with the tool's own words. Immutable; what it says of the
 * image is read again each time. Images are not removed.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Disk {

    private static final int DIFFERENT = 1;
    private static final int CORRUPTIONS = 2;
    private static final int LEAKS = 3;
    private static final int NOT_SUPPORTED = 63;

    private final Path path;
    private final String format;
    private final @Nullable String passphrase;
    private final QemuTools tools;
    private final boolean inUse;
    private final Map<String, ?> file;

    Disk(Path path, String format, @Nullable String passphrase, QemuTools tools) {
        this(path, format, passphrase, tools, false, Map.of("driver", "file", "filename", path.toString()));
    }

    private Disk(
            Path path,
            String format,
            @Nullable String passphrase,
            QemuTools tools,
            boolean inUse,
            Map<String, ?> file) {
        this.path = path;
        this.format = format;
        this.passphrase = passphrase;
        this.tools = tools;
        this.inUse = inUse;
        this.file = file;
    }

    /**
     * Begin a disk of any format.
     *
     * @param format the format
     * @param path where the image is, or is to be
     * @return a builder
     */
    public static DiskBuilder of(DiskFormat format, Path path) {
        return of(format.driver(), path);
    }

    /**
     * Begin a disk of a format of your own.
     *
     * @param format the name of the block driver
     * @param path where the image is, or is to be
     * @return a builder
     */
    public static DiskBuilder of(String format, Path path) {
        return new DiskBuilder(path, format, QemuTools.usual());
    }

    /**
     * Begin a qcow2 image.
     *
     * @param path where the image is, or is to be
     * @return a builder
     */
    public static DiskBuilder qcow2(Path path) {
        return of(DiskFormat.QCOW2, path);
    }

    /**
     * Begin a raw image.
     *
     * @param path where the image is, or is to be
     * @return a builder
     */
    public static DiskBuilder raw(Path path) {
        return of(DiskFormat.RAW, path);
    }

    /** {@return where the image is; absolute} */
    public Path path() {
        return path;
    }

    /** {@return the name of the block driver, such as {@code qcow2}} */
    public String format() {
        return format;
    }

    /**
     * Return this disk for reading it while a QEMU has it open for writing ({@code qemu-img -U}). What is read can be older than what that QEMU has
     * written, and inconsistent.
     *
     * @return the disk
     */
    public Disk whileInUse() {
        return new Disk(path, format, passphrase, tools, true, file);
    }

    /**
     * Return this disk with {@code blkdebug} between its format and its file, to inject errors. The tools and {@link #blockdev} use it.
     *
     * <pre>{@code
     * Disk failing = disk.withBlkdebug(Map.of("inject-error", List.of(Map.of("event", "l2_load", "errno", 5))));
     * }</pre>
     *
     * @param options the options of {@code blkdebug}, as {@code blockdev-add} takes them
     * @return the disk
     */
    public Disk withBlkdebug(Map<String, ?> options) {
        Map<String, Object> debugged = new LinkedHashMap<>(options);
        debugged.put("driver", "blkdebug");
        debugged.put("image", file);
        return new Disk(path, format, passphrase, tools, inUse, debugged);
    }

    /**
     * Return the arguments of {@code blockdev-add} for this disk: a node of its format on a node of driver {@code file}.
     *
     * @param nodeName the node's name
     * @return the arguments, which can be changed
     */
    public Map<String, Object> blockdev(String nodeName) {
        return blockdev(nodeName, Map.of());
    }

    /**
     * Return the arguments of {@code blockdev-add} for this disk, with more options.
     *
     * @param nodeName the node's name
     * @param more options of the format's node, such as {@code read-only}; they replace those of the same name
     * @return the arguments, which can be changed
     */
    public Map<String, Object> blockdev(String nodeName, Map<String, ?> more) {
        Map<String, Object> arguments = options();
        arguments.put("node-name", nodeName);
        arguments.putAll(more);
        return arguments;
    }

    /**
     * Return the arguments of {@code object-add} for the passphrase to which {@link #blockdev} refers.
     *
     * @return the arguments
     * @throws IllegalStateException if the disk has no passphrase
     */
    public Map<String, Object> secret() {
        String data = passphrase;
        if (data == null) {
            throw new IllegalStateException(
                    "The disk %s has no passphrase; set one with passphrase(...)".formatted(path));
        }
        return new LinkedHashMap<>(Map.of("qom-type", "secret", "id", keyId(), "data", data));
    }

    private Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("driver", format);
        options.put("file", file);
        if (passphrase != null) {
            String prefix = keyPrefix();
            if (prefix.isEmpty()) {
                options.put("key-secret", keyId());
            } else {
                options.put("encrypt", Map.of("format", "luks", "key-secret", keyId()));
            }
        }
        return options;
    }

    /** Return what is before the name of an option about encryption. */
    String keyPrefix() {
        return format.equals(DiskFormat.LUKS.driver()) ? "" : "encrypt.";
    }

    /** An id begins with a letter and has letters, digits, hyphens, dots and underscores. */
    String keyId() {
        return "key-" + String.valueOf(path.getFileName()).replaceAll("[^A-Za-z0-9._-]", "_");
    }

    Map<String, String> secrets() {
        return passphrase == null ? Map.of() : Map.of(keyId(), passphrase);
    }

    /** Return the argument behind {@code --image-opts}: so no part of the path is taken for a protocol or an option. */
    private String imageOptions() {
        Map<String, Object> rest = options();
        rest.remove("driver");
        return CommandLine.option(format, rest).replaceFirst("^", "driver=");
    }

    private List<String> reading() {
        return inUse ? List.of("-U", "--image-opts", imageOptions()) : List.of("--image-opts", imageOptions());
    }

    /** {@return what {@code qemu-img info} says of the image} */
    public DiskInfo info() {
        return DiskInfo.of(json(image(List.of("info", "--output=json"), reading())));
    }

    /** {@return the format that {@code qemu-img} sees if it is not told: that of the image's header, or {@code raw}} */
    public String probedFormat() {
        List<String> line = new ArrayList<>(List.of("info", "--output=json"));
        if (inUse) {
            line.add("-U");
        }
        line.add(path.toString());
        return DiskInfo.of(json(tools.run(QemuTool.QEMU_IMG, line, Map.of(), Set.of(0))))
                .format();
    }

    /**
     * Return the backing chain as the images themselves name it.
     *
     * @return the infos of the backing disks, from the direct one to the base; empty if there is none
     */
    public List<DiskInfo> backingChain() {
        return json(image(List.of("info", "--output=json", "--backing-chain"), reading()))
                .valueStream()
                .skip(1)
                .map(DiskInfo::of)
                .toList();
    }

    /** {@return how the parts of the disk are kept, in their order, by {@code qemu-img map}} */
    public List<DiskExtent> map() {
        return json(image(List.of("map", "--output=json"), reading()))
                .valueStream()
                .map(part -> new DiskExtent(
                        part.path("start").asLong(0),
                        part.path("length").asLong(0),
                        part.path("depth").asInt(0),
                        part.path("zero").asBoolean(false),
                        part.path("data").asBoolean(false)))
                .toList();
    }

    /** {@return what {@code qemu-img check} finds; errors in the image are no failure} */
    public DiskCheck check() {
        return check(List.of());
    }

    /** {@return what {@code qemu-img check} finds before it repairs leaks and errors} */
    public DiskCheck repair() {
        return check(List.of("-r", "all"));
    }

    private DiskCheck check(List<String> repair) {
        List<String> line = new ArrayList<>(List.of("check", "--output=json"));
        line.addAll(repair);
        line.addAll(reading());
        ToolResult result = tools.run(QemuTool.QEMU_IMG, line, secrets(), Set.of(0, CORRUPTIONS, LEAKS, NOT_SUPPORTED));
        if (result.exitCode() == NOT_SUPPORTED) {
            return new DiskCheck(false, 0, 0, 0, result.stderr().strip());
        }
        JsonNode found = json(result);
        return new DiskCheck(
                true,
                found.path("corruptions").asLong(0),
                found.path("leaks").asLong(0),
                found.path("check-errors").asLong(0),
                result.stderr().strip());
    }

    /**
     * Compare the content with another disk's, as a guest sees it.
     *
     * @param other the other disk
     * @return how they differ, in the words of {@code qemu-img compare}; empty if they do not
     */
    public Optional<String> compare(Disk other) {
        List<String> line = new ArrayList<>(List.of("compare"));
        if (inUse || other.inUse) {
            line.add("-U");
        }
        line.addAll(List.of("--image-opts", imageOptions(), other.imageOptions()));
        Map<String, String> both = new HashMap<>(secrets());
        both.putAll(other.secrets());
        ToolResult result = tools.run(QemuTool.QEMU_IMG, line, both, Set.of(0, DIFFERENT));
        return result.exitCode() == 0 ? Optional.empty() : Optional.of((result.stderr() + result.stdout()).strip());
    }

    /**
     * Change the size that a guest sees.
     *
     * @param size a number of bytes with an optional suffix, or, with a plus, how much to add; a smaller size cuts data off
     * @return this
     */
    public Disk resize(String size) {
        image(List.of("resize", "-q", "--shrink", "--image-opts", imageOptions()), List.of(size));
        return this;
    }

    /**
     * Write what this disk has into its backing disk ({@code qemu-img commit}).
     *
     * @return this
     */
    public Disk commit() {
        image(List.of("commit", "-q"), List.of("--image-opts", imageOptions()));
        return this;
    }

    /**
     * Put another disk below this one, without a change of the content ({@code qemu-img rebase}).
     *
     * @param newBacking the new backing disk
     * @return this
     */
    public Disk rebase(Disk newBacking) {
        image(
                List.of("rebase", "-q", "-b", newBacking.path().toString(), "-F", newBacking.format()),
                List.of("--image-opts", imageOptions()));
        return this;
    }

    /**
     * Let the image name another backing file, without a look at it ({@code qemu-img rebase -u}). The content changes if that file's content is
     * another.
     *
     * @param backingFile the path as the image is to name it, perhaps relative to the image
     * @param backingFormat its format
     * @return this
     */
    public Disk rebaseUnsafe(String backingFile, DiskFormat backingFormat) {
        image(
                List.of("rebase", "-q", "-u", "-b", backingFile, "-F", backingFormat.driver()),
                List.of("--image-opts", imageOptions()));
        return this;
    }

    /**
     * Copy the content into a new image ({@code qemu-img convert}).
     *
     * @param target the new image; its options count, and its size does not
     * @return the new disk
     */
    public Disk convert(DiskBuilder target) {
        Disk made = target.sameSizeAs(this).create();
        Map<String, String> both = new HashMap<>(secrets());
        both.putAll(made.secrets());
        List<String> line = new ArrayList<>(List.of("convert", "-q", "-n"));
        if (inUse) {
            line.add("-U");
        }
        line.addAll(List.of("--image-opts", "--target-image-opts", imageOptions(), made.imageOptions()));
        tools.run(QemuTool.QEMU_IMG, line, both, Set.of(0));
        return made;
    }

    /**
     * Take a snapshot inside the image.
     *
     * @param name its name
     * @return this
     */
    public Disk takeSnapshot(String name) {
        return snapshot("-c", name);
    }

    /**
     * Set the content back to a snapshot.
     *
     * @param name its name
     * @return this
     */
    public Disk applySnapshot(String name) {
        return snapshot("-a", name);
    }

    /**
     * Delete a snapshot inside the image.
     *
     * @param name its name
     * @return this
     */
    public Disk deleteSnapshot(String name) {
        return snapshot("-d", name);
    }

    private Disk snapshot(String action, String name) {
        image(List.of("snapshot", "-q", action, name), List.of("--image-opts", imageOptions()));
        return this;
    }

    /**
     * Add a dirty bitmap with QEMU's default granularity, which records writes from now on.
     *
     * @param name its name
     * @return this
     */
    public Disk addBitmap(String name) {
        return bitmap(name, "--add");
    }

    /**
     * Add a dirty bitmap, which records writes from now on.
     *
     * @param name its name
     * @param granularity how many bytes each of its bits represents, a power of two
     * @return this
     */
    public Disk addBitmap(String name, long granularity) {
        return bitmap(name, "--add", "-g", Long.toString(granularity));
    }

    /**
     * Remove a dirty bitmap.
     *
     * @param name its name
     * @return this
     */
    public Disk removeBitmap(String name) {
        return bitmap(name, "--remove");
    }

    /**
     * Let a dirty bitmap forget what it has recorded.
     *
     * @param name its name
     * @return this
     */
    public Disk clearBitmap(String name) {
        return bitmap(name, "--clear");
    }

    /**
     * Let a dirty bitmap record writes again.
     *
     * @param name its name
     * @return this
     */
    public Disk enableBitmap(String name) {
        return bitmap(name, "--enable");
    }

    /**
     * Let a dirty bitmap stay as it is.
     *
     * @param name its name
     * @return this
     */
    public Disk disableBitmap(String name) {
        return bitmap(name, "--disable");
    }

    /**
     * Add to a dirty bitmap what another one in this image has recorded.
     *
     * @param source the name of the other bitmap
     * @param target the name of the bitmap that is changed
     * @return this
     */
    public Disk mergeBitmap(String source, String target) {
        return bitmap(target, "--merge", source);
    }

    private Disk bitmap(String name, String... action) {
        List<String> line = new ArrayList<>(List.of("bitmap"));
        line.addAll(Arrays.asList(action));
        image(line, List.of("--image-opts", imageOptions(), name));
        return this;
    }

    /**
     * Fill a part with a byte.
     *
     * @param value the byte, 0 to 255
     * @param offset where it begins, in bytes
     * @param length how long it is, in bytes
     * @return this
     */
    public Disk write(int value, long offset, long length) {
        return write(new DiskPattern(value, offset, length));
    }

    /**
     * Fill several parts, in one run of {@code qemu-io}.
     *
     * @param patterns the parts, in the order in which they are written
     * @return this
     */
    public Disk write(DiskPattern... patterns) {
        qemuIo(Stream.of(patterns).map(DiskPattern::write).toArray(String[]::new));
        return this;
    }

    /**
     * Read parts and compare them with patterns.
     *
     * @param patterns the patterns
     * @return the first pattern that does not match, in the words of {@code qemu-io}; empty if all do
     */
    public Optional<String> mismatch(DiskPattern... patterns) {
        List<String> line =
                qemuIoLine(true, Stream.of(patterns).map(DiskPattern::read).toList());
        ToolResult result = tools.run(QemuTool.QEMU_IO, line, secrets(), Set.of(0, 1));
        if (result.exitCode() == 0) {
            return Optional.empty();
        }
        return Optional.of(result.stdout()
                .lines()
                .filter(text -> text.startsWith("Pattern verification failed"))
                .findFirst()
                .orElseThrow(() -> new ToolFailedException("qemu-io cannot read %s:\n%s"
                        .formatted(
                                path,
                                (result.stderr() + result.stdout()).strip().indent(2)))));
    }

    /**
     * Run commands of {@code qemu-io}, one after the other.
     *
     * @param commands the commands, such as {@code discard 0 65536}
     * @return what they print
     */
    public String qemuIo(String... commands) {
        return tools.run(QemuTool.QEMU_IO, qemuIoLine(false, List.of(commands)), secrets(), Set.of(0))
                .stdout();
    }

    private List<String> qemuIoLine(boolean readOnly, List<String> commands) {
        List<String> line = new ArrayList<>();
        if (readOnly) {
            line.add("-r");
        }
        line.addAll(reading());
        commands.forEach(command -> line.addAll(List.of("-c", command)));
        return line;
    }

    private ToolResult image(List<String> begin, List<String> end) {
        List<String> line = new ArrayList<>(begin);
        line.addAll(end);
        return tools.run(QemuTool.QEMU_IMG, line, secrets(), Set.of(0));
    }

    private static JsonNode json(ToolResult result) {
        return Json.MAPPER.readTree(result.stdout());
    }

    @Override
    public String toString() {
        return "%s disk %s".formatted(format, path);
    }
}
