package io.github.qmpjunit.qemu.disk;

import org.apiguardian.api.API;

/**
 * A dirty bitmap that is stored in an image.
 *
 * @param name its name
 * @param granularity how many bytes of the disk each of its bits represents
 * @param isEnabled whether it records new writes; {@code qemu-img info} calls that {@code auto}
 * @param isInUse whether its last user has not saved it, so that its content is lost
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record DiskBitmap(String name, long granularity, boolean isEnabled, boolean isInUse) {}
