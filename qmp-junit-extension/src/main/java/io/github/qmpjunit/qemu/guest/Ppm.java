package io.github.qmpjunit.qemu.guest;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/**
 * Converts QEMU's PPMs to PNGs, without java.desktop, which a test's JVM may lack.
 *
 * <p>QEMU's PPM has: {@code P6}, width, height, 255, and three bytes for each pixel. The PNG is as simple as
 * possible: 8 bits RGB, no filter, one chunk of data.
 */
final class Ppm {

    private static final Pattern HEADER = Pattern.compile("P6\\s(\\d{1,5})\\s(\\d{1,5})\\s255\\s");
    private static final int LONGEST_HEADER = 32;
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int BYTES_PER_PIXEL = 3;

    private Ppm() {}

    /**
     * Return the PNG of a PPM.
     *
     * @throws IOException if it is not a PPM of this form
     */
    static byte[] toPng(byte[] ppm) throws IOException {
        Matcher header =
                HEADER.matcher(new String(ppm, 0, Math.min(ppm.length, LONGEST_HEADER), StandardCharsets.ISO_8859_1));
        if (!header.lookingAt()) {
            throw new IOException("QEMU has written a picture of %s bytes that is no PPM".formatted(ppm.length));
        }
        int width = Integer.parseInt(header.group(1));
        int height = Integer.parseInt(header.group(2));
        long expected = header.end() + (long) width * height * BYTES_PER_PIXEL;
        if (ppm.length < expected) {
            throw new IOException("QEMU has written a picture of %s by %s pixels in %s bytes instead of %s"
                    .formatted(width, height, ppm.length, expected));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream png = new DataOutputStream(bytes);
        png.write(SIGNATURE);
        writeChunk(
                png,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) 8) // bits
                        .put((byte) 2) // RGB; zeros follow: deflate, no filter, not interlaced
                        .array());
        writeChunk(png, "IDAT", deflated(ppm, header.end(), width * BYTES_PER_PIXEL, height));
        writeChunk(png, "IEND", new byte[0]);
        return bytes.toByteArray();
    }

    private static byte[] deflated(byte[] pixels, int offset, int rowLength, int rows) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream data = new DeflaterOutputStream(bytes)) {
            for (int row = 0; row < rows; row++) {
                data.write(0); // the row's filter: none
                data.write(pixels, offset + row * rowLength, rowLength);
            }
        }
        return bytes.toByteArray();
    }

    private static void writeChunk(DataOutputStream png, String type, byte[] data) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        png.writeInt(data.length);
        png.write(name);
        png.write(data);
        png.writeInt((int) crc.getValue());
    }
}
