package io.github.qmpjunit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** The examples as texts: what documents show must stand in one of them, line by line, so that it compiles and runs. */
final class ExampleCode {

    private ExampleCode() {}

    static void assertHeld(Collection<String> blocks) throws IOException {
        List<String> examples = examples();

        assertThat(blocks)
                .isNotEmpty()
                .allSatisfy(block -> assertThat(examples)
                        .as("one of the examples must hold this code:%n%s", block)
                        .anyMatch(example -> holds(example, block)));
    }

    /** Code stands at the margin in documents, though it has one in the example. */
    private static boolean holds(String example, String block) {
        return Stream.of(0, 4, 8, 12)
                .anyMatch(margin -> example.contains(block.indent(margin).replaceAll("(?m)^ +$", "")));
    }

    private static List<String> examples() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            return files.filter(Files::isRegularFile).map(ExampleCode::text).toList();
        }
    }

    /** The documents leave out JUnit's and the JDK's imports. */
    private static String text(Path file) {
        try {
            return Files.readString(file).replaceAll("import (java|org\\.junit)\\.[\\w.]+;\n", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
