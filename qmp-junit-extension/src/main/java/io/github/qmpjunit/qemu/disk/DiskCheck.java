package io.github.qmpjunit.qemu.disk;

import org.apiguardian.api.API;

/**
 * What {@code qemu-img check} has found.
 *
 * @param isSupported whether QEMU can check this format at all
 * @param corruptions the number of errors that can damage data
 * @param leaks the number of clusters that are taken up for nothing
 * @param checkErrors the number of errors that kept the check from looking at everything
 * @param words what it wrote
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record DiskCheck(boolean isSupported, long corruptions, long leaks, long checkErrors, String words) {}
