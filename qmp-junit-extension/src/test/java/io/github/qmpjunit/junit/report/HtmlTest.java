package io.github.qmpjunit.junit.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HtmlTest {

    @Test
    void nothing_that_is_text_becomes_markup() {
        Html html = new Html()
                .open("a", "href", "x\"onclick='y'")
                .text("<script>alert(\"1\")</script> & 'more'")
                .close("a");

        assertThat(html)
                .hasToString("<a href=\"x&quot;onclick=&#39;y&#39;\">"
                        + "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;</a>");
    }

    @Test
    void control_characters_become_pictures_and_lines_stay() {
        assertThat(Html.escape("a\0b\u001Bc\rd\u007Fe\u0085f\tg\nh"))
                .isEqualTo("a\u2400b\u241Bc\u240Dd\u2421e\uFFFDf\tg\nh");
    }

    @Test
    void what_would_turn_the_writing_around_is_replaced() {
        assertThat(Html.escape("a\u202Eb\u2066c\u200Fd")).isEqualTo("a\uFFFDb\uFFFDc\uFFFDd");
    }

    @Test
    void half_a_character_and_no_character_are_replaced_and_whole_ones_stay() {
        assertThat(Html.escape("\uD83D x \uDC27 \uFFFE \uFDD0 \uD83D\uDC27 \u00e9"))
                .isEqualTo("\uFFFD x \uFFFD \uFFFD \uFFFD \uD83D\uDC27 \u00e9");
    }
}
