package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The firmware of a PC, on its screen and, without graphics, on its serial port as well. */
@QemuTest
@Vm(
        machine = "pc,graphics=off",
        args = {"-m", "16", "-vga", "std"})
class ScreendumpTest {

    @Test
    void the_firmware_finds_nothing_to_boot_and_says_so(QemuMachine vm, SerialConsole console, @TempDir Path dir)
            throws IOException {
        assertThat(console).within(Duration.ofSeconds(50)).awaitText("No bootable device");

        vm.screen().writeTo(dir.resolve("screen.png"));

        BufferedImage screen = ImageIO.read(dir.resolve("screen.png").toFile());
        int[] pixels = screen.getRGB(0, 0, screen.getWidth(), screen.getHeight(), null, 0, screen.getWidth());
        assertThat(Arrays.stream(pixels).distinct().count()).as("colours").isGreaterThan(1);
    }
}
