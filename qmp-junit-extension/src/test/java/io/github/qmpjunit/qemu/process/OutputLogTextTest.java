package io.github.qmpjunit.qemu.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.secrets.Secrets;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text is matched as a person sees it, however it arrives. */
class OutputLogTextTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String E = "\u001B";

    private static OutputLog written(String text) {
        OutputLog log = new OutputLog("Console", new Secrets());
        log.follow(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "test");
        log.awaitEnd(LONG);
        return log;
    }

    /** Each character comes in a read of its own. */
    private static OutputLog trickled(String text) {
        List<InputStream> letters = Arrays.stream(text.split(""))
                .<InputStream>map(letter -> new ByteArrayInputStream(letter.getBytes(StandardCharsets.UTF_8)))
                .toList();
        OutputLog log = new OutputLog("Console", new Secrets());
        log.follow(new SequenceInputStream(Collections.enumeration(letters)), "test");
        log.awaitEnd(LONG);
        return log;
    }

    @Test
    void colours_do_not_hide_a_line() {
        String line = "[" + E + "[0;32m  OK  " + E + "[0m] Reached target\r\n";

        assertThat(written(line).awaitLine("[  OK  ] Reached", LONG)).isEqualTo("[  OK  ] Reached target");
        written(line).awaitText("[  OK  ] Reached", LONG);
        trickled(line).awaitText("[  OK  ] Reached", LONG);
        assertThat(trickled(line).lines()).containsExactly("[  OK  ] Reached target");
    }

    @Test
    void what_was_written_is_there_on_request() {
        OutputLog log = written("[" + E + "[0;32m  OK  " + E + "[0m] Reached\r\n");

        assertThat(log.awaitRawMatch(Pattern.compile("\u001B\\[0m] (\\w+)\r\n"), LONG)
                        .group(1))
                .isEqualTo("Reached");
        log.awaitText("[  OK  ]", LONG); // which has passed nothing so far
        assertThatThrownBy(() -> log.awaitRawMatch(Pattern.compile("Reached"), LONG))
                .isInstanceOf(QemuOutputException.class);
        assertThat(log.text()).contains(E + "[0m");
    }

    @Test
    void each_state_of_a_line_that_is_overwritten_can_be_awaited_and_the_last_one_stays() {
        OutputLog log = written("  Starting target...\r[  OK  ] Started\r\nnext\r\n");

        assertThat(log.lines()).containsExactly("[  OK  ] Startedt...", "next");
        assertThat(log.awaitLine("Starting", LONG)).isEqualTo("  Starting target...");
        assertThat(log.awaitLine("OK", LONG)).isEqualTo("[  OK  ] Startedt...");
        assertThat(log.awaitLine("next", LONG)).isEqualTo("next");
    }

    @Test
    void progress_is_seen_whether_it_is_looked_at_in_time_or_not() {
        for (OutputLog log : List.of(written("10%\r50%\r100%\n"), trickled("10%\r50%\r100%\n"))) {
            log.awaitText("10%", LONG);
            log.awaitText("50%", LONG);
            log.awaitText("100%", LONG);
            assertThat(log.lines()).containsExactly("100%");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ab\rX                  | Xb
                    abc\r^[KX              | X
                    abc^[2K\rX             | X
                    abc\b\b^[K            | a
                    login: rott\b\bot | login: root
                    a^[3Cb                 | a   b
                    abc^[2DX               | aXc
                    abc^[1GX               | Xbc
                    ^]0;title^Gtext        | text
                    ^]0;title^\\text      | text
                    ^(Btext^=^[?25h        | text
                    a^Gb                   | ab
                    ^[1;31mred^[0m         | red
                    a\r\r                 | a
                    """)
    void a_line_is_what_is_seen_of_it(String written, String seen) {
        String text = written.replace("\\\\", "\0")
                .replace("\\r", "\r")
                .replace("\\b", "\b")
                .replace("^G", "\u0007")
                .replace("^", E)
                .replace("\0", "\\");
        assertThat(written(text + "\r\n").lines()).containsExactly(seen);
        assertThat(trickled(text + "\r\n").lines()).containsExactly(seen);
        written(text + "\r\nend\r\n")
                .awaitMatch(Pattern.compile("^" + Pattern.quote(seen) + "\nend$", Pattern.MULTILINE), LONG);
    }

    @Test
    void a_text_that_is_asked_for_as_it_was_written_is_found() {
        written(E + "[1mfour" + E + "[0m\r\nfive\r\n").awaitText(E + "[1mfour" + E + "[0m\r\nfive", LONG);
        written(E + "[1mfour" + E + "[0m\r\nfive\r\n").awaitLine(E + "[1mfour", LONG);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001B[3\nnext\n", "\u001B]0;never ended\nnext\n", "\u001B\nnext\n"})
    void a_sequence_that_is_cut_off_does_not_swallow_what_follows(String text) {
        written(text).awaitLine("next", LONG);
    }

    @Test
    void more_than_is_kept_can_still_be_awaited() {
        OutputLog log = written("0123456789abcde\r\n".repeat(100_000) + "last " + E + "[0mline\r\n");

        assertThat(log.awaitLine("last line", LONG)).isEqualTo("last line");
    }
}
