package io.github.qmpjunit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No text depends on the JVM's locale: not what is sent to QEMU, and not what a message says. {@code "%d".formatted(n)} writes the
 * locale's digits, so numbers go into formats by {@code %s}; what needs more is written by {@code internal.Numbers}, or with {@code
 * Locale.ROOT}. The methods that take a locale in silence, forbiddenapis refuses (the parent POM).
 */
class FormatsTest {

    private static final Path ROOT = Path.of("..");

    private static final Pattern LITERAL = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"");
    private static final Pattern NAMES_ITS_LOCALE = Pattern.compile("Locale\\.ROOT,\\s*[^;]*");
    private static final Pattern DEPENDS_ON_THE_LOCALE =
            Pattern.compile("(?<!%)(?:%%)*%(?:\\d+\\$)?[-#+0,(]*\\d*(?:\\.\\d+)?[dfeEgGtTaASBHC]");

    @Test
    void no_format_depends_on_the_locale() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path source : sources()) {
            offences(Files.readString(source)).forEach(literal -> found.add(ROOT.relativize(source) + ": " + literal));
        }

        assertThat(found)
                .as("formats with numbers, for which %s is the same in every locale")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"%d bytes\".formatted(n)",
                "\"a\" + \"0x%x %,d\"",
                "\"%.1f s\"",
                "\"%2$05d\"",
                "\"%%%d\"",
                "\"\"\"\n  in %d s\n  \"\"\"",
                "String.format(\"%tT\", now)",
                "\"%S\""
            })
    void it_finds_what_does(String source) {
        assertThat(offences(source)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"%s of 0x%x, U+%04X%n\"",
                "\"100 %% done, 5 % done, 100%\"",
                "String.format(Locale.ROOT, \"%,d\", n);",
                "a % divisor"
            })
    void it_passes_what_does_not(String source) {
        assertThat(offences(source)).isEmpty();
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Stream.concat(
                Stream.of("qmp-junit-extension", "qmp-assertj", "example-tests")
                        .flatMap(module -> walk(ROOT.resolve(module).resolve("src"))),
                walk(ROOT.resolve("scripts")))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("FormatsTest.java"))
                    .toList();
        }
    }

    @SuppressWarnings("StreamResourceLeak") // the caller closes it
    private static Stream<Path> walk(Path folder) {
        try {
            return Files.walk(folder);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Return the literals that depend on the locale; a text block counts line by line. */
    private static List<String> offences(String source) {
        List<String> lines =
                NAMES_ITS_LOCALE.matcher(source).replaceAll("").lines().toList();
        boolean[] inBlock = {false};
        return IntStream.range(0, lines.size())
                .mapToObj(lines::get)
                .flatMap(line -> {
                    boolean block = inBlock[0];
                    if (line.contains("\"\"\"")) {
                        inBlock[0] = !block;
                        return Stream.of(line);
                    }
                    return block
                            ? Stream.of(line)
                            : LITERAL.matcher(line).results().map(match -> match.group());
                })
                .filter(literal -> DEPENDS_ON_THE_LOCALE.matcher(literal).find())
                .toList();
    }
}
