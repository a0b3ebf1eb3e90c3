/**
 * Disk images, and the tools that belong to a QEMU: {@code qemu-img}, {@code qemu-io}, {@code qemu-nbd} and {@code
 * qemu-storage-daemon}.
 */
@NullMarked
package io.github.qmpjunit.qemu.disk;

import org.jspecify.annotations.NullMarked;
