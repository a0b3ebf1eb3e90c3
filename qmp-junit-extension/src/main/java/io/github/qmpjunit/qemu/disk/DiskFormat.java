package io.github.qmpjunit.qemu.disk;

import java.util.Locale;
import org.apiguardian.api.API;

/** A format of disk images that {@code qemu-img} can create. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public enum DiskFormat {

    /** Plain bytes. */
    RAW,

    /** QEMU's own format, with backing files, snapshots, bitmaps and encryption. */
    QCOW2,

    /** An older format of QEMU's, with backing files. */
    QED,

    /** VMware's format. */
    VMDK,

    /** VirtualBox's format. */
    VDI,

    /** Hyper-V's format. */
    VHDX,

    /** Virtual PC's format. */
    VPC,

    /** The format of Parallels. */
    PARALLELS,

    /** An encrypted disk; it needs a passphrase. */
    LUKS;

    /** {@return the name of QEMU's block driver for it, such as {@code qcow2}} */
    public String driver() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return driver();
    }
}
