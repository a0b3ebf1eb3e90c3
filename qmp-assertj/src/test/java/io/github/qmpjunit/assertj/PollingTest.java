package io.github.qmpjunit.assertj;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;

class PollingTest {

    private final List<Duration> patience = new ArrayList<>();

    private Polling polling(Duration time) {
        return new Polling(Deadline.in(time), () -> "it", within -> {
            patience.add(within);
            return JsonNodeFactory.instance.numberNode(patience.size());
        });
    }

    @ParameterizedTest
    @CsvSource({"0, 5", "5, 10", "10, 20", "49, 98", "50, 100", "51, 100", "100, 100"})
    void intervals_grow_up_to_a_limit(int before, int after) {
        assertThat(Polling.nextInterval(Duration.ofMillis(before))).isEqualTo(Duration.ofMillis(after));
    }

    @Test
    void an_answer_may_take_all_the_time_there_is() {
        assertThat(polling(Duration.ofHours(1)).until(answer -> true)).isTrue();

        assertThat(patience).singleElement().matches(within -> within.compareTo(Duration.ofMinutes(30)) > 0);
    }

    @Test
    void an_answer_may_take_a_moment_even_where_no_time_is_left() {
        Polling polling = polling(Duration.ZERO);

        assertThat(polling.until(answer -> false)).isFalse();

        assertThat(patience).hasSizeGreaterThan(1).containsOnly(Duration.ofSeconds(1));
        assertThat(polling.lastAsText()).isEqualTo(Integer.toString(patience.size()));
        assertThat(polling.last()).hasToString(polling.lastAsText());
        assertThat(polling.ending()).isEqualTo("within 0 ms, but the last answer was:%n".formatted());
    }

    @Test
    void all_the_time_is_used() {
        long started = System.nanoTime();

        assertThat(polling(Duration.ofMillis(100)).until(answer -> false)).isFalse();

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofMillis(95));
    }
}
