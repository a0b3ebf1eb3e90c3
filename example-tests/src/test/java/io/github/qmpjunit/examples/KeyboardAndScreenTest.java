package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.examples.LinuxGuest.BOOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.guest.Screen;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

@OurBoard
class KeyboardAndScreenTest {

    @Test
    @Vm(
            factory = LinuxGuest.class,
            args = {"-vga", "std"})
    void what_is_typed_is_seen_on_the_screen_and_done(QemuMachine vm, SerialConsole console) throws IOException {
        assertThat(console).within(BOOT).awaitText(LinuxGuest.PROMPT);
        long lit = litPixels(vm.screen());

        vm.keyboard().withHoldTime(Duration.ofMillis(60)).type("echo Hello, $((1 + 1)) of you! >/dev/ttyS0\n");

        assertThat(console).within(BOOT).awaitText("Hello, 2 of you!");
        assertThat(litPixels(vm.screen())).as("more than a cursor that blinks").isGreaterThan(lit + 200);
    }

    private static long litPixels(Screen screen) throws IOException {
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(screen.png()));
        int width = picture.getWidth();
        int[] pixels = picture.getRGB(0, 0, width, picture.getHeight(), null, 0, width);
        return Arrays.stream(pixels).filter(pixel -> pixel != 0xFF000000).count();
    }
}
