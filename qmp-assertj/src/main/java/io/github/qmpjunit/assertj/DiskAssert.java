package io.github.qmpjunit.assertj;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qemu.disk.Disk;
import io.github.qmpjunit.qemu.disk.DiskBitmap;
import io.github.qmpjunit.qemu.disk.DiskCheck;
import io.github.qmpjunit.qemu.disk.DiskExtent;
import io.github.qmpjunit.qemu.disk.DiskFormat;
import io.github.qmpjunit.qemu.disk.DiskInfo;
import io.github.qmpjunit.qemu.disk.DiskPattern;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.assertj.core.api.AbstractObjectAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a disk image. Each queries the image again, with {@code qemu-img} or {@code qemu-io}; none of them waits.
 *
 * <pre>{@code
 * assertThat(overlay).hasNoErrors().hasBackingChain(base);
 * assertThat(overlay).hasPattern(0x5a, 0, 65536).hasPattern(0xd2, 65536, 65536);
 * assertThat(base).hasPattern(0, 65536, 65536);
 * }</pre>
 *
 * <p>A disk that a QEMU has open for writing cannot be read. Remove its node first, or assert on {@link Disk#whileInUse()}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class DiskAssert extends AbstractObjectAssert<DiskAssert, Disk> {

    /**
     * Create an assertion.
     *
     * @param actual the disk
     */
    public DiskAssert(@Nullable Disk actual) {
        super(actual, DiskAssert.class);
    }

    /**
     * Verify that {@code qemu-img check} finds no errors and no leaked clusters. A raw image has nothing that can be wrong.
     *
     * @return this assertion
     * @throws AssertionError if it finds some, or cannot check the format
     */
    public DiskAssert hasNoErrors() {
        isNotNull();
        DiskCheck check = checked();
        if (check.corruptions() > 0 || check.leaks() > 0 || check.checkErrors() > 0) {
            throw failure("%s", Message.fit(message("to have no errors", "but " + found(check))));
        }
        return this;
    }

    /**
     * Verify that {@code qemu-img check} finds no errors that can damage data. Leaked clusters are allowed.
     *
     * @return this assertion
     * @throws AssertionError if it finds some, or cannot check the format
     */
    public DiskAssert hasNoCorruptions() {
        isNotNull();
        DiskCheck check = checked();
        if (check.corruptions() > 0 || check.checkErrors() > 0) {
            throw failure("%s", Message.fit(message("to have no corruptions", "but " + found(check))));
        }
        return this;
    }

    private DiskCheck checked() {
        DiskCheck check = actual.check();
        if (!check.isSupported() && !actual.format().equals(DiskFormat.RAW.driver())) {
            throw failure(
                    "%s",
                    Message.fit(message(
                            "to be checked for errors",
                            "but qemu-img cannot check the format \"%s\". Compare its content instead: hasPattern(...), hasSameContentAs(...)"
                                    .formatted(actual.format()))));
        }
        return check;
    }

    private static String found(DiskCheck check) {
        return "qemu-img check found %s corruptions, %s leaked clusters and %s errors of the check itself:%n%s"
                .formatted(check.corruptions(), check.leaks(), check.checkErrors(), Message.indented(check.words()));
    }

    /**
     * Verify that the images name just these disks as their backing files, from the direct one to the base.
     *
     * @param disks the disks; none for an image without a backing file
     * @return this assertion
     * @throws AssertionError if they name others
     */
    public DiskAssert hasBackingChain(Disk... disks) {
        isNotNull();
        List<Path> wanted = Stream.of(disks).map(disk -> real(disk.path())).toList();
        List<Path> found = new ArrayList<>();
        for (DiskInfo info : actual.backingChain()) {
            found.add(real(Path.of(info.json().path("filename").asString(""))));
        }
        if (!found.equals(wanted)) {
            throw failureWithActualExpected(
                    found,
                    wanted,
                    "%s",
                    Message.fit(message("to have " + chain(wanted), "but it has " + chain(found))));
        }
        return this;
    }

    /**
     * Verify that the image has no backing file.
     *
     * @return this assertion
     * @throws AssertionError if it has one
     */
    public DiskAssert hasNoBackingFile() {
        isNotNull();
        Optional<String> found = actual.info().backingFile();
        if (found.isPresent()) {
            throw failure(
                    "%s", Message.fit(message("to have no backing file", "but it has \"%s\"".formatted(found.get()))));
        }
        return this;
    }

    private static String chain(List<Path> paths) {
        return paths.isEmpty()
                ? "no backing file"
                : "the backing chain %s"
                        .formatted(String.join(
                                " <- ", paths.stream().map(Path::toString).toList()));
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath();
        }
    }

    /**
     * Verify that a guest would read the same from both disks. A longer disk is the same if all that it has more is zero.
     *
     * @param other the other disk
     * @return this assertion
     * @throws AssertionError if they differ; the message says where
     */
    public DiskAssert hasSameContentAs(Disk other) {
        requireNonNull(other, "other must not be null");
        isNotNull();
        Optional<String> difference = actual.compare(other);
        if (difference.isPresent()) {
            throw failure(
                    "%s",
                    Message.fit(message(
                            "to have the same content as the " + other,
                            "but qemu-img compare says:%n%s".formatted(Message.indented(difference.get())))));
        }
        return this;
    }

    /**
     * Verify that a guest would read different content from both disks.
     *
     * @param other the other disk
     * @return this assertion
     * @throws AssertionError if they are the same
     */
    public DiskAssert doesNotHaveSameContentAs(Disk other) {
        requireNonNull(other, "other must not be null");
        isNotNull();
        if (actual.compare(other).isEmpty()) {
            throw failure(
                    "%s", Message.fit(message("to have other content than the " + other, "but they are the same")));
        }
        return this;
    }

    /**
     * Verify that a part is filled with a byte.
     *
     * @param value the byte, 0 to 255
     * @param offset where the part begins, in bytes
     * @param length how long it is, in bytes
     * @return this assertion
     * @throws AssertionError if another byte is found; the message says where
     */
    public DiskAssert hasPattern(int value, long offset, long length) {
        return hasPattern(new DiskPattern(value, offset, length));
    }

    /**
     * Verify that parts are filled with bytes.
     *
     * @param patterns the bytes and the parts
     * @return this assertion
     * @throws AssertionError if another byte is found; the message says where
     */
    public DiskAssert hasPattern(DiskPattern... patterns) {
        isNotNull();
        Optional<String> mismatch = actual.mismatch(patterns);
        if (mismatch.isPresent()) {
            throw failure(
                    "%s",
                    Message.fit(message(
                            "to have "
                                    + String.join(
                                            ", ",
                                            Stream.of(patterns)
                                                    .map(DiskPattern::toString)
                                                    .toList()),
                            "but qemu-io says: " + mismatch.get())));
        }
        return this;
    }

    /**
     * Verify that the image itself, and none of its backing chain, keeps data for all of a part.
     *
     * @param offset where the part begins, in bytes
     * @param length how long it is, in bytes
     * @return this assertion
     * @throws AssertionError if some of it is not allocated in the image
     */
    public DiskAssert isAllocated(long offset, long length) {
        return allocation("to be allocated", true, offset, length);
    }

    /**
     * Verify that the image itself keeps no data for a part: its backing chain has it, or no image has it.
     *
     * @param offset where the part begins, in bytes
     * @param length how long it is, in bytes
     * @return this assertion
     * @throws AssertionError if some of it is allocated in the image
     */
    public DiskAssert isNotAllocated(long offset, long length) {
        return allocation("not to be allocated", false, offset, length);
    }

    private DiskAssert allocation(String what, boolean wanted, long offset, long length) {
        isNotNull();
        List<DiskExtent> map = actual.map();
        boolean holds = map.stream()
                .filter(part -> part.offset() < offset + length && part.offset() + part.length() > offset)
                .allMatch(part -> (part.isData() && part.depth() == 0) == wanted);
        if (!holds) {
            throw failure(
                    "%s",
                    Message.fit(message(
                            "%s in %s bytes from offset %s".formatted(what, length, offset),
                            "but qemu-img map says:%n%s"
                                    .formatted(Message.indented(String.join(
                                            "\n",
                                            map.stream()
                                                    .map(DiskExtent::toString)
                                                    .toList()))))));
        }
        return this;
    }

    /**
     * Verify the size that a guest sees.
     *
     * @param bytes the number of bytes
     * @return this assertion
     * @throws AssertionError if it has another size
     */
    public DiskAssert hasVirtualSize(long bytes) {
        isNotNull();
        return equals("a virtual size of", " bytes", actual.info().virtualSize(), bytes);
    }

    /**
     * Verify the format that {@code qemu-img} sees when it is not told: that of the image's header.
     *
     * @param format the format
     * @return this assertion
     * @throws AssertionError if it sees another one
     */
    public DiskAssert hasFormat(DiskFormat format) {
        isNotNull();
        return equals("the format", "", actual.probedFormat(), format.driver());
    }

    /**
     * Verify that just these bitmaps are stored in the image, in any order.
     *
     * @param names their names; none for an image without bitmaps
     * @return this assertion
     * @throws AssertionError if there are others, or some are missing
     */
    public DiskAssert hasBitmaps(String... names) {
        isNotNull();
        return equals(
                "the bitmaps",
                "",
                actual.info().bitmaps().stream().map(DiskBitmap::name).sorted().toList(),
                Stream.of(names).sorted().toList());
    }

    /**
     * Verify that just these snapshots are inside the image, in any order.
     *
     * @param names their names; none for an image without snapshots
     * @return this assertion
     * @throws AssertionError if there are others, or some are missing
     */
    public DiskAssert hasSnapshots(String... names) {
        isNotNull();
        return equals(
                "the snapshots",
                "",
                actual.info().snapshots().stream().sorted().toList(),
                Stream.of(names).sorted().toList());
    }

    private DiskAssert equals(String what, String unit, Object found, Object wanted) {
        if (!found.equals(wanted)) {
            throw failureWithActualExpected(
                    found,
                    wanted,
                    "%s",
                    Message.fit(message(
                            "to have %s %s%s".formatted(what, wanted, unit),
                            "but it has %s %s%s".formatted(what, found, unit))));
        }
        return this;
    }

    private String message(String what, String but) {
        return Message.expecting("the " + actual, what) + but;
    }
}
