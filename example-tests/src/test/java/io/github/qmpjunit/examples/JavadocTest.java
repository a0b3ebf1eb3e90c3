package io.github.qmpjunit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Javadoc's code is code that compiles and runs: it stands, line by line, in one of the examples. */
class JavadocTest {

    /** Java begins with a letter, an annotation, a dot; a brace would begin JSON. */
    private static final Pattern JAVA_BLOCK =
            Pattern.compile("<pre>\\{@code\n( *\\* [A-Za-z@.].*?)\n *\\* }</pre>", Pattern.DOTALL);

    private static final Pattern MARGIN = Pattern.compile("(?m)^ *\\* ?");

    @ParameterizedTest
    @ValueSource(strings = {"../qmp-junit-extension", "../qmp-assertj"})
    void code_stands_in_the_examples(Path module) throws IOException {
        try (Stream<Path> files = Files.walk(module.resolve("src/main/java"))) {
            List<String> blocks = files.filter(JavadocTest::isForUsers)
                    .flatMap(JavadocTest::blocks)
                    .toList();

            assertThat(blocks).hasSizeGreaterThan(5);
            ExampleCode.assertHeld(blocks);
        }
    }

    private static boolean isForUsers(Path file) {
        return Files.isRegularFile(file) && !file.toString().contains("internal");
    }

    private static Stream<String> blocks(Path file) {
        try {
            return JAVA_BLOCK
                    .matcher(Files.readString(file))
                    .results()
                    .map(block -> MARGIN.matcher(block.group(1)).replaceAll(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
