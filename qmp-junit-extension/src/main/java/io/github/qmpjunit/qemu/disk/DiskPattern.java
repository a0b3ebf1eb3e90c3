package io.github.qmpjunit.qemu.disk;

import org.apiguardian.api.API;

/**
 * A byte that fills a part of a disk.
 *
 * <pre>{@code
 * disk.write(new DiskPattern(0x5a, 0, 65536), new DiskPattern(0xd2, 1 << 20, 65536));
 * }</pre>
 *
 * @param value the byte, 0 to 255
 * @param offset where it begins, in bytes
 * @param length how long it is, in bytes
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record DiskPattern(int value, long offset, long length) {

    private static final int HIGHEST = 255;

    /**
     * Create a pattern.
     *
     * @param value the byte, 0 to 255
     * @param offset where it begins, in bytes
     * @param length how long it is, in bytes
     * @throws IllegalArgumentException if the value is no byte, the offset is negative, or the length is not positive
     */
    public DiskPattern {
        if (value < 0 || value > HIGHEST) {
            throw new IllegalArgumentException("A pattern is a byte, 0 to 255, not %s".formatted(value));
        }
        if (offset < 0 || length <= 0) {
            throw new IllegalArgumentException(
                    "A pattern has an offset of at least 0 and a length of at least 1, not %s and %s"
                            .formatted(offset, length));
        }
    }

    String write() {
        return "write -P %s %s %s".formatted(value, offset, length);
    }

    String read() {
        return "read -P %s %s %s".formatted(value, offset, length);
    }

    @Override
    public String toString() {
        return "0x%s in %s bytes from offset %s".formatted(Integer.toHexString(value), length, offset);
    }
}
