package io.github.qmpjunit.qemu.disk;

import io.github.qmpjunit.qemu.launch.ProcessKeeper;
import io.github.qmpjunit.qemu.launch.RunDirectory;
import java.nio.file.Path;
import org.apiguardian.api.API;

/**
 * A folder for disks, and the tools that work on them.
 *
 * <pre>{@code
 * Disk source = disks.raw("source.raw").size("8M").create().write(0x5a, 0, 65536);
 * Disk target = disks.of(format, "target").size("8M").create();
 * }</pre>
 *
 * <p>As a test's parameter it is a new folder for this test, which is removed after it, and its tools are those of the test's QEMU.
 * Without the extension, {@link #in} takes a folder of yours, and {@link #scratch} makes one that {@link #close} removes. Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Disks implements AutoCloseable {

    private final Path folder;
    private final QemuTools tools;
    private final boolean remove;

    private Disks(Path folder, QemuTools tools, boolean remove) {
        this.folder = folder.toAbsolutePath();
        this.tools = tools;
        this.remove = remove;
    }

    /**
     * Use a folder that is there, such as that of {@code @TempDir}. It is not removed.
     *
     * @param folder the folder
     * @param tools the tools, such as {@link QemuTools#usual()}
     * @return the disks
     */
    public static Disks in(Path folder, QemuTools tools) {
        return new Disks(folder, tools, false);
    }

    /**
     * Make a folder that only this user can enter. {@link #close} removes it with all that is in it; so does the end of the JVM.
     *
     * @param tools the tools, such as {@link QemuTools#usual()}
     * @return the disks
     */
    public static Disks scratch(QemuTools tools) {
        ProcessKeeper.watchOverThisJvm();
        return new Disks(RunDirectory.ofThisJvm().create(), tools, true);
    }

    /** {@return the folder} */
    public Path folder() {
        return folder;
    }

    /**
     * Return a place in the folder, for a socket or another file.
     *
     * @param name the file's name
     * @return its absolute path
     */
    public Path path(String name) {
        return folder.resolve(name);
    }

    /** {@return the tools} */
    public QemuTools tools() {
        return tools;
    }

    /**
     * Begin a disk of any format.
     *
     * @param format the format
     * @param name the file's name
     * @return a builder
     */
    public DiskBuilder of(DiskFormat format, String name) {
        return of(format.driver(), name);
    }

    /**
     * Begin a disk of a format of your own.
     *
     * @param format the name of the block driver
     * @param name the file's name
     * @return a builder
     */
    public DiskBuilder of(String format, String name) {
        return new DiskBuilder(path(name), format, tools);
    }

    /**
     * Begin a qcow2 image.
     *
     * @param name the file's name
     * @return a builder
     */
    public DiskBuilder qcow2(String name) {
        return of(DiskFormat.QCOW2, name);
    }

    /**
     * Begin a raw image.
     *
     * @param name the file's name
     * @return a builder
     */
    public DiskBuilder raw(String name) {
        return of(DiskFormat.RAW, name);
    }

    /** Remove the folder, if it was made as a scratch folder. Idempotent. */
    @Override
    public void close() {
        if (remove) {
            RunDirectory.ofThisJvm().remove(folder);
        }
    }

    @Override
    public String toString() {
        return "disks in " + folder;
    }
}
