package io.github.qmpjunit.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.OtherJvm;
import io.github.qmpjunit.qemu.process.OutputLog;
import io.github.qmpjunit.qemu.process.QemuOutputException;
import io.github.qmpjunit.secrets.Secrets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeoutsTest {

    private static Timeouts of(Map<String, String> values) {
        return Timeouts.of(key -> Optional.ofNullable(values.get(key)));
    }

    @Test
    void are_as_they_are_written_by_default() {
        Timeouts timeouts = of(Map.of());

        assertThat(timeouts.assertions()).hasSeconds(5);
        assertThat(timeouts.really(Duration.ofSeconds(3))).hasSeconds(3);
        assertThat(timeouts.format(Duration.ofSeconds(3))).isEqualTo("3 s");
    }

    @Test
    void are_multiplied_by_a_factor_which_is_shown() {
        Timeouts timeouts = of(Map.of(Timeouts.TIMEOUT, "PT2S", Timeouts.FACTOR, "2.5"));

        assertThat(timeouts.assertions()).hasSeconds(2);
        assertThat(timeouts.really(Duration.ofSeconds(2))).hasSeconds(5);
        assertThat(timeouts.written(Duration.ofSeconds(5))).hasSeconds(2);
        assertThat(timeouts.really(Timeouts.LONGEST)).isEqualTo(Timeouts.LONGEST);
        assertThat(timeouts.format(Duration.ofSeconds(2))).isEqualTo("5 s = 2 s x 2.5 (qmpjunit.timeout.factor)");
    }

    @ParameterizedTest
    @CsvSource({
        "qmpjunit.timeout, 5 s",
        "qmpjunit.timeout, PT0S",
        "qmpjunit.timeout, -PT5S",
        "qmpjunit.timeout.factor, fast",
        "qmpjunit.timeout.factor, 0",
        "qmpjunit.timeout.factor, -1",
        "qmpjunit.timeout.factor, NaN",
        "qmpjunit.timeout.factor, Infinity",
    })
    void what_is_no_time_and_no_factor_is_refused(String key, String value) {
        assertThatThrownBy(() -> of(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "The configuration %s = \"%s\" cannot be understood: expected is ".formatted(key, value));
    }

    /** Waits in another JVM, since the factor applies to the whole JVM. */
    static final class Waiter {

        private Waiter() {}

        @SuppressWarnings("SystemOut") // the other JVM reads it
        public static void main(String[] args) {
            Deadline deadline = Deadline.in(Duration.ofSeconds(100));
            boolean multiplied = deadline.remainingNanos()
                            > Duration.ofSeconds(200).toNanos()
                    && deadline.remaining().compareTo(Duration.ofSeconds(100)) <= 0
                    && Deadline.in(deadline.remaining()).remainingNanos() <= deadline.remainingNanos() + 1_000_000_000L
                    && Deadline.after(Duration.ofSeconds(100)).remainingNanos()
                            <= Duration.ofSeconds(100).toNanos();
            try {
                new OutputLog("the log", new Secrets()).awaitText("x", Duration.ofMillis(10));
            } catch (QemuOutputException e) {
                System.out.println(multiplied + ": " + e.getMessage());
            }
        }
    }

    @Test
    void hold_for_every_wait_of_a_JVM(@TempDir Path folder) throws IOException, InterruptedException {
        Process other = OtherJvm.start(folder, List.of("-Dqmpjunit.timeout.factor=5"), Waiter.class);

        assertThat(OtherJvm.firstLine(other))
                .isEqualTo(
                        "true: the log has not written \"x\" within 50 ms = 10 ms x 5 (qmpjunit.timeout.factor); it has written nothing");
        assertThat(other.waitFor()).isZero();
    }
}
