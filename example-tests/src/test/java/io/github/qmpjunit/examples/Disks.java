package io.github.qmpjunit.examples;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/** Small disks for the examples, and what a guest would do with them. */
final class Disks {

    static final int KIB = 1 << 10;
    static final int SIZE = 4 << 20;

    /** What {@link #write} and {@link #writeAsGuest} write. */
    static final byte PATTERN = 'Z';

    private Disks() {}

    /** Create a raw image with content of its own, so that a copy cannot be like it by chance. */
    static Path random(Path image) throws IOException {
        byte[] content = new byte[SIZE];
        new Random(image.hashCode()).nextBytes(content);
        return Files.write(image, content);
    }

    /** Create a raw image full of zeroes. */
    static Path empty(Path image) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE);
        }
        return image;
    }

    /** Write to a block node, in bytes. */
    static void write(QemuMachine vm, String node, int offset, int length) {
        qemuIo(vm, node, offset, length);
    }

    /** Write through a device, as its guest does; what a job puts between the device and its node sees that. */
    static void writeAsGuest(QemuMachine vm, String device, int offset, int length) {
        qemuIo(vm, "-d " + device, offset, length);
    }

    private static void qemuIo(QemuMachine vm, String target, int offset, int length) {
        vm.qemuIo(target, "write -P %s %s %s".formatted(PATTERN, offset, length));
    }

    /** Read a part of a raw image, in bytes. */
    static byte[] read(Path image, int offset, int length) throws IOException {
        return Arrays.copyOfRange(Files.readAllBytes(image), offset, offset + length);
    }

    /** Return what QEMU knows of a block node. */
    static JsonNode info(QmpClient qmp, String node) {
        return qmp.execute("query-named-block-nodes", Map.of("flat", true))
                .valueStream()
                .filter(each -> each.path("node-name").asString().equals(node))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no block node \"%s\"".formatted(node)));
    }
}
