package io.github.qmpjunit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public class DeadlineTest {

    /** In ASCII: on a console in the C locale, everything else is a question mark. */
    @ParameterizedTest
    @CsvSource({"0, 0 ms", "48000, 48 us", "1000000, 1 ms", "5000000000, 5 s", "1500000000, 1500 ms"})
    void durations_are_written_for_a_person(long nanos, String text) {
        assertThat(Deadline.format(Duration.ofNanos(nanos))).isEqualTo(text);
    }
}
