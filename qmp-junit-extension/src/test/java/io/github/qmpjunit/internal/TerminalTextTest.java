package io.github.qmpjunit.internal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalTextTest {

    private static final String ESC = "\u001B";

    @ParameterizedTest
    @ValueSource(
            strings = {
                ESC + "[31mred",
                ESC + "[" + ESC + "[31m31m", // becomes live where sequences are cut out in one pass
                ESC + "]0;title\u0007",
                ESC + "]8;;https://evil.example\u0007here",
                ESC + "P+q544e\u001B\\",
                "\u009B31m",
                "\u009D0;title\u009C",
                "rm -rf /\b\b\b\b\b\b\b\bls      ",
                "good\rbad",
                "bell\u0007",
                "nul\u0000",
                "del\u007F",
                "\u202Egnp.exe",
                "\u2066hidden\u2069",
                "two\u2028lines",
                "half \uD83D",
                "tag \uDB40\uDC41"
            })
    void nothing_steers_a_terminal(String text) {
        String fit = TerminalText.of(text);

        assertThat(fit).isNotEqualTo(text);
        assertThat(fit.codePoints())
                .noneMatch(next -> Character.isISOControl(next)
                        || Character.getType(next) == Character.FORMAT
                        || Character.getType(next) == Character.SURROGATE
                        || Character.getType(next) == Character.LINE_SEPARATOR);
        assertThat(TerminalText.of(fit)).isSameAs(fit);
    }

    @Test
    void what_was_written_stays_recognisable() {
        assertThat(TerminalText.of(ESC + "[" + ESC + "[31m31m \u009B1m\b"))
                .isEqualTo("\\u001B[\\u001B[31m31m \\u009B1m\\u0008");
        assertThat(TerminalText.of("one\r\ntwo")).isEqualTo("one\ntwo");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "a\tb\nc", "Größe, 日本語, \uD83D\uDC69\u200D\uD83D\uDCBB", "C:\\u001B"})
    void what_is_fit_stays_itself(String text) {
        assertThat(TerminalText.of(text)).isSameAs(text);
        assertThat(TerminalText.message(text)).isSameAs(text);
    }

    @Test
    void of_a_long_message_the_beginning_and_the_end_stay() {
        String message = TerminalText.message("BEGIN" + "x".repeat(50_000_000) + "END");

        assertThat(message)
                .hasSizeLessThanOrEqualTo(TerminalText.MOST)
                .startsWith("BEGINx")
                .endsWith("xEND")
                .containsPattern("\\[\\.\\.\\. [\\d.,']+ characters are left out here \\.\\.\\.]");
        assertThat(TerminalText.message(message)).isSameAs(message);
        assertThat(TerminalText.message(ESC.repeat(1_000_000))).hasSizeLessThanOrEqualTo(TerminalText.MOST);
    }

    @Test
    void a_cause_that_is_not_fit_is_told_by_another() {
        IOException inner = new IOException("in" + ESC + "[2J");
        RuntimeException outer = new RuntimeException("outer", inner);

        Throwable fit = requireNonNull(TerminalText.cause(outer, UnaryOperator.identity()));

        assertThat(fit).hasToString("java.lang.RuntimeException: outer").isNotSameAs(outer);
        assertThat(fit.getStackTrace()).isEqualTo(outer.getStackTrace());
        assertThat(fit.getCause()).hasToString("java.io.IOException: in\\u001B[2J");
        RuntimeException clean = new RuntimeException("clean", new IOException("clean"));
        assertThat(TerminalText.cause(clean, UnaryOperator.identity())).isSameAs(clean);
        assertThat(TerminalText.cause(null, UnaryOperator.identity())).isNull();
    }
}
