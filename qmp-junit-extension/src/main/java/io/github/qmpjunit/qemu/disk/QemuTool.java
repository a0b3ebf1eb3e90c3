package io.github.qmpjunit.qemu.disk;

import org.apiguardian.api.API;

/** A program that is built together with QEMU and reads the same disk images. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public enum QemuTool {

    /** Creates, converts, checks and describes images. */
    QEMU_IMG("qemu-img", "QEMU_IMG_PROG", "Debian: qemu-utils, Fedora: qemu-img, Homebrew: qemu"),

    /** Reads and writes images. */
    QEMU_IO("qemu-io", "QEMU_IO_PROG", "Debian: qemu-utils, Fedora: qemu-img, Homebrew: qemu"),

    /** Exports images over NBD. */
    QEMU_NBD("qemu-nbd", "QEMU_NBD_PROG", "Debian: qemu-utils, Fedora: qemu-img, Homebrew: qemu"),

    /** QEMU's block layer with a monitor, but without a machine. */
    QEMU_STORAGE_DAEMON(
            "qemu-storage-daemon", "QSD_PROG", "Debian: qemu-system-common, Fedora: qemu-img, Homebrew: qemu");

    private final String command;
    private final String environment;
    private final String packages;

    QemuTool(String command, String environment, String packages) {
        this.command = command;
        this.environment = environment;
        this.packages = packages;
    }

    /** {@return the name of the program's file, such as {@code qemu-img}} */
    public String command() {
        return command;
    }

    /** {@return the key that names this tool only, as a path or as a command on the {@code PATH}, such as {@code qmpjunit.qemu-img}} */
    public String property() {
        return "qmpjunit." + command;
    }

    /** {@return the environment variable that names this tool only, which QEMU's own tests use as well, such as {@code QEMU_IMG_PROG}} */
    public String environment() {
        return environment;
    }

    /** Return the packages that have it. */
    String packages() {
        return packages;
    }
}
