package io.github.qmpjunit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.ConfigurationKeys;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents' code is code that compiles and runs: it stands, line by line, in one of the examples. */
class ReadmeTest {

    private static final String README = "../README.md";
    private static final String GUIDE = "../qmp-junit-extension/docs/guide.md";

    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#]+)");
    private static final Pattern KEY = Pattern.compile("qmpjunit(?:\\.[a-z-]+)+");

    @ParameterizedTest
    @ValueSource(strings = {README, GUIDE})
    void code_stands_in_the_examples(Path document) throws IOException {
        ExampleCode.assertHeld(found(JAVA_BLOCK, document));
    }

    @ParameterizedTest
    @ValueSource(strings = {README, GUIDE})
    void links_lead_somewhere(Path document) throws IOException {
        assertThat(found(LINK, document))
                .isNotEmpty()
                .allSatisfy(link -> assertThat(document.resolveSibling(link)).exists());
    }

    @Test
    void the_table_of_configuration_keys_is_complete() throws IOException {
        List<String> known = new ArrayList<>();
        for (Field constant : ConfigurationKeys.class.getFields()) {
            known.add(keyOf(constant));
        }

        assertThat(found(Pattern.compile("\\| `(" + KEY + ")` \\|"), Path.of(README)))
                .containsExactlyInAnyOrderElementsOf(known);
    }

    private static String keyOf(Field constant) {
        try {
            return (String) constant.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> found(Pattern pattern, Path document) throws IOException {
        return pattern.matcher(Files.readString(document))
                .results()
                .map((MatchResult result) -> result.group(1))
                .toList();
    }
}
