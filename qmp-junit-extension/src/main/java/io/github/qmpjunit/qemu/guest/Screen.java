package io.github.qmpjunit.qemu.guest;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Numbers;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpErrorException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apiguardian.api.API;

/**
 * A picture of a machine's first display. Immutable and thread-safe; {@link #withTimeout} returns a changed copy.
 *
 * <pre>{@code
 * BufferedImage picture = ImageIO.read(new ByteArrayInputStream(screen.png()));
 * }</pre>
 *
 * <p>QEMU writes the picture to a file in the machine's private directory ({@code screendump}); as PNG since 7.1, where it was
 * built with libpng, and as a PPM that is converted here otherwise. A guest that is paused or hangs also has a screen.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Screen {

    /** The guest chooses the size of its screen. One of 3840 by 2160 pixels takes 24 MiB as a PPM. */
    private static final int MOST_BYTES =
            (int) Math.min(128L << 20, Runtime.getRuntime().maxMemory() / 8);

    private static final AtomicInteger LAST_NUMBER = new AtomicInteger();

    private final QmpClient qmp;
    private final Path directory;
    private final String machine;
    private final Duration timeout;

    /**
     * Look at the first display of a machine.
     *
     * @param machine the machine
     * @throws QemuException if QEMU runs on another host, whose files are not available here
     */
    public Screen(MonitoredProcess machine) {
        this(machine.qmp(), machine.directory(), machine.name());
        if (machine.launchPrefix().isRemote()) {
            throw new QemuException(
                    "Cannot take a picture of machine \"%s\": it runs behind \"%s\", and QEMU would write the picture to a file over there"
                            .formatted(machine.name(), machine.launchPrefix()),
                    null);
        }
    }

    Screen(QmpClient qmp, Path directory, String machine) {
        this(qmp, directory, machine, Duration.ofSeconds(30));
    }

    private Screen(QmpClient qmp, Path directory, String machine, Duration timeout) {
        this.qmp = qmp;
        this.directory = directory;
        this.machine = machine;
        this.timeout = timeout;
    }

    /**
     * Return the screen with another timeout for a picture. Default: 30 s.
     *
     * @param limit the timeout
     * @return the screen
     */
    public Screen withTimeout(Duration limit) {
        return new Screen(qmp, directory, machine, limit);
    }

    /**
     * Take a picture.
     *
     * @return the picture, a PNG
     * @throws QemuException if the machine has no display, the picture cannot be written, or it is larger than 128 MiB or an
     *     eighth of the heap
     * @throws io.github.qmpjunit.qmp.QmpException if QEMU does not answer in time, or has ended
     */
    public byte[] png() {
        Waiting waiting = Waiting.begin(() -> "a picture of machine \"%s\"".formatted(machine));
        Deadline deadline = Deadline.in(timeout);
        Path file = directory.resolve("screen" + LAST_NUMBER.incrementAndGet());
        try {
            try {
                return dumped(file, Map.of("filename", file.toString(), "format", "png"), deadline);
            } catch (QmpErrorException older) {
                return Ppm.toPng(dumped(file, Map.of("filename", file.toString()), deadline));
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (QmpErrorException e) {
            String advice = e.description().contains("no console")
                    ? ". Give it a display, such as args(\"-vga\", \"std\") or device(\"virtio-gpu-pci\", Map.of())"
                    : "";
            throw new QemuException(
                    "Cannot take a picture of machine \"%s\": %s%s".formatted(machine, e.description(), advice), e);
        } catch (IOException e) {
            throw new QemuException("Cannot take a picture of machine \"%s\": %s".formatted(machine, e), e);
        } finally {
            waiting.end();
        }
    }

    /**
     * Take a picture and write it to a file.
     *
     * @param file the file, which is replaced if it exists
     * @throws QemuException if the machine has no display, or the picture cannot be written
     * @throws io.github.qmpjunit.qmp.QmpException if QEMU does not answer in time, or has ended
     */
    public void writeTo(Path file) {
        byte[] picture = png();
        try {
            Files.write(file, picture);
        } catch (IOException e) {
            throw new QemuException(
                    "Cannot write the picture of machine \"%s\" to %s: %s".formatted(machine, file, e), e);
        }
    }

    private byte[] dumped(Path file, Map<String, String> arguments, Deadline deadline) throws IOException {
        qmp.execute(QmpCommand.of("screendump", arguments).withTimeout(deadline.remaining()));
        try (InputStream picture = Files.newInputStream(file)) {
            byte[] bytes = picture.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException("QEMU has written more than %s bytes, which is all that is read of a picture"
                        .formatted(Numbers.grouped(MOST_BYTES)));
            }
            return bytes;
        }
    }

    @Override
    public String toString() {
        return "Screen of machine \"%s\"".formatted(machine);
    }
}
