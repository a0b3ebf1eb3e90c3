package io.github.qmpjunit.qemu.disk;

import io.github.qmpjunit.internal.Words;
import io.github.qmpjunit.qemu.process.CommandLine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link Disk} is to be created with. Not thread-safe.
 *
 * <pre>{@code
 * Disk base = disks.qcow2("base.qcow2").size("64M").create().write(0x5a, 0, 65536);
 * Disk overlay = disks.qcow2("overlay.qcow2").backing(base).create();
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class DiskBuilder {

    /** In milliseconds. By default QEMU takes a second or two to derive a key, which protects nothing in a test. */
    private static final int KEY_TIME = 10;

    /** A slow one: QEMU before 9.0 measures how fast it is, and fails by luck with SHA-256 on a fast processor. */
    private static final String HASH = "sha512";

    private final Path path;
    private final String format;
    private final Map<String, Object> options = new LinkedHashMap<>();
    private QemuTools tools;
    private @Nullable String size;
    private @Nullable Disk backing;
    private @Nullable String passphrase;

    DiskBuilder(Path path, String format, QemuTools tools) {
        this.path = path.toAbsolutePath();
        this.format = format;
        this.tools = tools;
    }

    /**
     * Set the size that a guest sees. A disk with a backing disk has that one's size by default.
     *
     * @param newSize a number of bytes with an optional suffix, such as {@code 64M}
     * @return this
     */
    public DiskBuilder size(String newSize) {
        this.size = Words.require("The size", newSize);
        return this;
    }

    /**
     * Set the size that a guest sees.
     *
     * @param bytes the number of bytes
     * @return this
     */
    public DiskBuilder size(long bytes) {
        return size(Long.toString(bytes));
    }

    /**
     * Set the disk from which everything comes that is not written to this one.
     *
     * @param disk the backing disk, which must exist
     * @return this
     */
    public DiskBuilder backing(Disk disk) {
        this.backing = disk;
        return this;
    }

    /**
     * Set an option of the format, as {@code qemu-img create -o} takes it.
     *
     * @param name its name, such as {@code cluster_size}
     * @param value its value; booleans become {@code on} and {@code off}
     * @return this
     */
    public DiskBuilder option(String name, Object value) {
        options.put(name, value);
        return this;
    }

    /**
     * Encrypt the disk: a LUKS image, or the content of a qcow2 image. The tools get the passphrase in a file that only this user can read.
     * A key takes 10 ms to derive, with SHA-512, unless the options {@code iter-time} and {@code hash-alg} (qcow2: {@code encrypt.iter-time},
     * {@code encrypt.hash-alg}) say otherwise.
     *
     * @param secret the passphrase
     * @return this
     */
    public DiskBuilder passphrase(String secret) {
        this.passphrase = secret;
        return this;
    }

    /**
     * Set the tools; those of the QEMU under test by default.
     *
     * @param own the tools
     * @return this
     */
    public DiskBuilder tools(QemuTools own) {
        this.tools = own;
        return this;
    }

    /** What is copied there is as large as where it comes from. */
    DiskBuilder sameSizeAs(Disk disk) {
        return size(disk.info().virtualSize());
    }

    /**
     * Return the disk of an image that exists, without creating or changing anything. Only the passphrase and the tools count.
     *
     * @return the disk
     */
    public Disk existing() {
        return new Disk(path, format, passphrase, tools);
    }

    /**
     * Create the image. An image that is there already is overwritten.
     *
     * @return the disk
     * @throws ToolFailedException if {@code qemu-img} cannot create it, with its own words
     */
    public Disk create() {
        Disk disk = existing();
        List<String> line = new ArrayList<>(List.of("create", "-q", "-f", format));
        Map<String, Object> all = new LinkedHashMap<>(options);
        if (passphrase != null) {
            String prefix = disk.keyPrefix();
            if (!prefix.isEmpty()) {
                all.putIfAbsent("encrypt.format", "luks");
            }
            all.put(prefix + "key-secret", disk.keyId());
            all.putIfAbsent(prefix + "iter-time", KEY_TIME);
            all.putIfAbsent(prefix + "hash-alg", HASH);
        }
        if (!all.isEmpty()) {
            line.add("-o");
            line.add(all.entrySet().stream()
                    .map(option -> option.getKey() + "=" + CommandLine.optionValue(option.getValue()))
                    .collect(Collectors.joining(",")));
        }
        Map<String, String> secrets = new HashMap<>(disk.secrets());
        if (backing != null) {
            line.addAll(List.of("-b", backing.path().toString(), "-F", backing.format()));
            if (!backing.secrets().isEmpty()) { // qemu-img could not open it without its key
                line.add("-u");
            }
        }
        line.add(path.toString());
        if (size != null) {
            line.add(size);
        } else if (backing != null && !backing.secrets().isEmpty()) {
            line.add(Long.toString(backing.info().virtualSize()));
        }
        tools.run(QemuTool.QEMU_IMG, line, secrets, Set.of(0));
        return disk;
    }
}
