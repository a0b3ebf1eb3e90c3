package io.github.qmpjunit.qemu.disk;

import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * What {@code qemu-img info} says of a disk.
 *
 * @param format the format that was given or found, such as {@code qcow2}
 * @param virtualSize the size that a guest sees, in bytes
 * @param actualSize the space that the file takes up, in bytes
 * @param backingFile the backing file as the image names it; empty if there is none
 * @param snapshots the names of the snapshots inside the image
 * @param bitmaps the bitmaps that are stored in the image
 * @param json the whole answer, with what only one format has in {@code format-specific}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record DiskInfo(
        String format,
        long virtualSize,
        long actualSize,
        Optional<String> backingFile,
        List<String> snapshots,
        List<DiskBitmap> bitmaps,
        JsonNode json) {

    static DiskInfo of(JsonNode json) {
        return new DiskInfo(
                json.path("format").asString(""),
                json.path("virtual-size").asLong(0),
                json.path("actual-size").asLong(0),
                json.path("backing-filename").asStringOpt(),
                json.path("snapshots")
                        .valueStream()
                        .map(snapshot -> snapshot.path("name").asString(""))
                        .toList(),
                json.at("/format-specific/data/bitmaps")
                        .valueStream()
                        .map(DiskInfo::bitmap)
                        .toList(),
                json);
    }

    private static DiskBitmap bitmap(JsonNode json) {
        List<String> flags =
                json.path("flags").valueStream().map(flag -> flag.asString("")).toList();
        return new DiskBitmap(
                json.path("name").asString(""),
                json.path("granularity").asLong(0),
                flags.contains("auto"),
                flags.contains("in-use"));
    }
}
