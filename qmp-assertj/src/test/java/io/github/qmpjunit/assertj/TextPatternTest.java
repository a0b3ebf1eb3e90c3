package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.containing;
import static io.github.qmpjunit.assertj.QmpAssertions.exactly;
import static io.github.qmpjunit.assertj.QmpAssertions.matching;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextPatternTest {

    private static boolean finds(TextPattern meant, String output) {
        return meant.pattern().matcher(output).find();
    }

    @Test
    void a_part_is_no_expression() {
        assertThat(containing("a.b")).hasToString("containing \"a.b\"");
        assertThat(finds(containing("a.b"), "xa.bx")).isTrue();
        assertThat(finds(containing("a.b"), "acb")).isFalse();
    }

    @Test
    void an_expression_is_found_anywhere() {
        assertThat(matching("a.b$")).hasToString("matching /a.b$/");
        assertThat(finds(matching("a.b"), "xacbx")).isTrue();
        assertThat(finds(matching("a.b"), "ab")).isFalse();
    }

    @Test
    void a_whole_line_is_one_between_line_ends_of_either_kind() {
        assertThat(exactly("a.b")).hasToString("\"a.b\"");
        assertThat(finds(exactly("a.b"), "x\r\na.b\r\nx")).isTrue();
        assertThat(finds(exactly("a.b"), "x\na.b\nx")).isTrue();
        assertThat(finds(exactly("a.b"), "x\nacb\nx")).isFalse();
        assertThat(finds(exactly("a.b"), "a.b x")).isFalse();
        assertThat(finds(exactly("a.b"), "x a.b")).isFalse();
    }
}
