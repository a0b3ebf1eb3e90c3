package io.github.qmpjunit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README's code is code that compiles and runs: it stands, line by line, in one of the examples. */
class ReadmeTest {

    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void shows_what_stands_in_the_examples() throws IOException {
        List<String> examples = examples();
        List<String> blocks = JAVA_BLOCK
                .matcher(Files.readString(Path.of("../README.md")))
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();

        assertThat(blocks)
                .isNotEmpty()
                .allSatisfy(block -> assertThat(examples)
                        .as("one of the examples must hold this code:%n%s", block)
                        .anyMatch(example -> example.contains(block)));
    }

    private static List<String> examples() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            return files.filter(Files::isRegularFile).map(ReadmeTest::text).toList();
        }
    }

    /** The README leaves out JUnit's and the JDK's imports. */
    private static String text(Path file) {
        try {
            return Files.readString(file).replaceAll("import (java|org\\.junit)\\.[\\w.]+;\n", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
