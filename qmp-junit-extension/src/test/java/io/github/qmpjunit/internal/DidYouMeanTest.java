package io.github.qmpjunit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DidYouMeanTest {

    @ParameterizedTest
    @CsvSource({
        "abc, abc, 0",
        "abc, abd, 10",
        "abc, ab, 10",
        "ab, abc, 10",
        "abc, acb, 10",
        "STOP, stop, 4",
        "node-name, node_name, 1",
        "nodename, node-name, 2",
        "'', abc, 30",
        "kitten, sitting, 30",
    })
    void edits_count_ten_and_case_and_separators_hardly(String one, String other, int distance) {
        assertThat(DidYouMean.distance(one, other)).isEqualTo(distance);
        assertThat(DidYouMean.distance(other, one)).isEqualTo(distance);
    }

    @Test
    void the_nearest_come_first_and_those_that_are_clearly_farther_not_at_all() {
        List<String> known = List.of("query-stats", "query-status", "query-name", "quit");

        assertThat(DidYouMean.of("query-statuss", known)).containsExactly("query-status");
        assertThat(DidYouMean.of("query_status", known)).containsExactly("query-status");
        assertThat(DidYouMean.of("QUIT", known)).containsExactly("quit");
    }

    @Test
    void what_begins_like_it_is_near_too_but_farther_than_a_slip_of_the_finger() {
        assertThat(DidYouMean.of("stat", List.of("id", "status"))).containsExactly("status");
        assertThat(DidYouMean.of("dev", List.of("driver", "device"))).containsExactly("device");
        assertThat(DidYouMean.of("query-bloc", List.of("query-block", "query-blockstats")))
                .containsExactly("query-block");
        assertThat(DidYouMean.of("st", List.of("status"))).isEmpty();
    }

    @Test
    void there_are_three_at_most_and_none_where_none_is_near() {
        assertThat(DidYouMean.of("ax", List.of("a1", "a2", "a3", "a4"))).containsExactly("a1", "a2", "a3");
        assertThat(DidYouMean.of("frobnicate", List.of("query-status", "stop"))).isEmpty();
        assertThat(DidYouMean.of("x", List.of())).isEmpty();
    }

    @Test
    void the_sentence_ends_with_a_question() {
        assertThat(DidYouMean.ending(List.of())).isEmpty();
        assertThat(DidYouMean.ending(List.of("A"))).isEqualTo("; did you mean A?");
        assertThat(DidYouMean.ending(List.of("A", "B"))).isEqualTo("; did you mean A or B?");
        assertThat(DidYouMean.ending(List.of("A", "B", "C"))).isEqualTo("; did you mean A, B or C?");
    }
}
