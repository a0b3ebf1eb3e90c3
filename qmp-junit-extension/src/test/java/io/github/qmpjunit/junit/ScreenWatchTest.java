package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Journal;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.junit.report.ReportedScreen;
import io.github.qmpjunit.qemu.QemuMachine;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Pictures are taken while a test waits for long, of machines with a display. */
class ScreenWatchTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void takes_pictures_while_the_test_waits_and_only_then() throws Exception {
        try (ScreenWatch all = ScreenWatch.starting(List.of(Duration.ZERO), Duration.ofMillis(5));
                QemuMachine vm = QemuMachine.builder()
                        .machine("pc")
                        .args("-vga", "std")
                        .paused()
                        .recording()
                        .start()) {
            Runnable unbind = new Journal().bind();
            ScreenWatch.Watch watch = all.watch(() -> List.of(vm));
            for (int i = 0; i < 20; i++) {
                vm.qmp().execute("query-name");
            }
            assertThat(watch.of(vm)).isEmpty();

            Waiting waiting = Waiting.step(() -> "its login");
            Deadline deadline = Deadline.in(SOON);
            while (watch.of(vm).isEmpty() && !deadline.isOver()) {
                vm.qmp().execute("query-name");
            }
            waiting.end();
            unbind.run();

            List<ReportedScreen> screens = watch.of(vm);
            assertThat(screens).hasSize(1);
            assertThat(ImageIO.read(new ByteArrayInputStream(screens.get(0).png()))
                            .getWidth())
                    .isPositive();
        }
    }

    @Test
    void a_machine_without_a_display_is_asked_nothing() {
        try (QemuMachine blind = QemuMachine.builder().machine("pc").start();
                QemuMachine none = QemuMachine.builder().start();
                QemuMachine seeing = QemuMachine.builder()
                        .machine("pc")
                        .args("-device", "virtio-gpu-pci")
                        .paused()
                        .start()) {
            assertThat(ScreenWatch.hasDisplay(blind)).isFalse();
            assertThat(ScreenWatch.hasDisplay(none)).isFalse();
            assertThat(ScreenWatch.hasDisplay(seeing)).isTrue();
        }
    }
}
