package io.github.qmpjunit.qemu.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScreenTest {

    private static final Duration BOOT = Duration.ofSeconds(60);

    /** Two by two: red, green; blue, white. */
    private static final byte[] FOUR_PIXELS =
            "P6\n2 2\n255\n\u00ff\0\0\0\u00ff\0\0\0\u00ff\u00ff\u00ff\u00ff".getBytes(StandardCharsets.ISO_8859_1);

    @Test
    void a_picture_shows_what_the_firmware_has_written(@TempDir Path dir) throws IOException {
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc,graphics=off") // SeaBIOS writes to the serial port as well
                .args("-vga", "std")
                .console("com1")
                .start()) {
            vm.console().output().awaitText("No bootable device", BOOT);
            vm.qmp().execute("stop");
            Path ppm = dir.resolve("screen.ppm");
            vm.qmp().execute("screendump", Map.of("filename", ppm.toString()));

            vm.screen().writeTo(dir.resolve("screen.png"));

            BufferedImage screen = read(Files.readAllBytes(dir.resolve("screen.png")));
            assertThat(Arrays.stream(pixels(screen)).distinct().count()).isGreaterThan(1);
            assertThat(Arrays.equals(pixels(screen), pixels(read(Ppm.toPng(Files.readAllBytes(ppm))))))
                    .as("is the same whichever way it comes")
                    .isTrue();
            try (Stream<Path> left = Files.list(runDirectory(vm))) {
                assertThat(left.filter(file -> file.getFileName().toString().startsWith("screen")))
                        .isEmpty();
            }
        }
    }

    @Test
    void a_machine_without_a_display_says_what_it_needs() {
        try (QemuMachine vm = QemuMachine.builder().name("blind").start()) {
            assertThatThrownBy(() -> vm.screen().png())
                    .isInstanceOf(QemuException.class)
                    .hasMessage(
                            "Cannot take a picture of machine \"blind\": There is no console to take a screendump from. Give it a display, such as args(\"-vga\", \"std\") or device(\"virtio-gpu-pci\", Map.of())");
        }
    }

    @Test
    void a_QEMU_without_libpng_is_asked_for_a_PPM(@TempDir Path dir) throws IOException {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("screendump")
                    .repliesWithError("GenericError", "Enable PNG support with libpng for screendump")
                    .repliesWith(command -> {
                        write(Path.of(command.arguments().path("filename").asString()), FOUR_PIXELS);
                        return Map.of();
                    });

            BufferedImage screen = read(new Screen(qmp, dir, "vm").png());

            assertThat(screen.getWidth()).isEqualTo(2);
            assertThat(pixels(screen)).containsExactly(0xffff0000, 0xff00ff00, 0xff0000ff, 0xffffffff);
        }
    }

    @Test
    void a_QEMU_that_does_not_answer_costs_no_more_than_the_time_out(@TempDir Path dir) {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("screendump").staysSilent();
            Screen screen = new Screen(qmp, dir, "vm").withTimeout(Duration.ofMillis(30));

            assertThatThrownBy(screen::png)
                    .isInstanceOf(QmpTimeoutException.class)
                    .hasMessageStartingWith("No reply within");
        }
    }

    /** A guest chooses how large its screen is. */
    @Test
    void a_picture_beyond_all_measure_is_not_read(@TempDir Path dir) {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("screendump").does(command -> {
                Path picture = Path.of(command.arguments().path("filename").asString());
                try (SeekableByteChannel file =
                        Files.newByteChannel(picture, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    file.position(3L << 30).write(ByteBuffer.wrap(new byte[1])); // takes no room on the disk
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                command.reply();
            });

            assertThatThrownBy(() -> new Screen(qmp, dir, "vm").png())
                    .isInstanceOf(QemuException.class)
                    .hasMessageContaining("QEMU has written more than");
            assertThat(dir).isEmptyDirectory();
        }
    }

    @Test
    void what_is_no_whole_PPM_is_refused() {
        assertThatThrownBy(() -> Ppm.toPng("P3\n1 1\n255\n0 0 0".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(IOException.class)
                .hasMessage("QEMU has written a picture of 16 bytes that is no PPM");
        assertThatThrownBy(() -> Ppm.toPng("P6\n640 480\n255\n...".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(IOException.class)
                .hasMessage("QEMU has written a picture of 640 by 480 pixels in 18 bytes instead of 921615");
    }

    /** The monitor's socket is in it. */
    private static Path runDirectory(QemuMachine vm) {
        return vm.commandLine().stream()
                .filter(argument -> argument.startsWith("socket,id=qmp,"))
                .map(argument -> Path.of(argument.substring(argument.indexOf("path=") + 5))
                        .getParent())
                .findAny()
                .orElseThrow();
    }

    private static BufferedImage read(byte[] png) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    private static int[] pixels(BufferedImage image) {
        int width = image.getWidth();
        return image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
