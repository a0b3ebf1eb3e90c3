package io.github.qmpjunit.qemu.disk;

import org.apiguardian.api.API;

/**
 * A part of a disk whose bytes are all kept in the same way.
 *
 * @param offset where it begins, in bytes
 * @param length how long it is, in bytes
 * @param depth which image of the backing chain has it: 0 is the disk's own
 * @param isZero whether it reads as zeroes
 * @param isData whether data is allocated for it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record DiskExtent(long offset, long length, int depth, boolean isZero, boolean isData) {}
