package io.github.qmpjunit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents for maintainers name is there: pages, scripts, classes. */
class DocumentsTest {

    private static final Path ROOT = Path.of("..");

    private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#]+)");
    private static final Pattern FILE = Pattern.compile(
            "`((?:scripts|\\.ci|\\.github|qmp-junit-extension|qmp-assertj|example-tests)/[\\w./-]+)[^`]*`");
    private static final Pattern CLASS = Pattern.compile("(?:`|>)([A-Z][a-z]+(?:[A-Z][a-z0-9]+)+)(?:`|[.(][^`]*`)");
    private static final Pattern PICTURED =
            Pattern.compile("\\b((?:Qmp|Qemu|Event|Message|Observed|Failure|Storage|Scripted)[A-Z][A-Za-z]+)\\b");

    @ParameterizedTest
    @ValueSource(strings = {"ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"})
    void what_they_name_is_there(String document) throws IOException {
        String text = Files.readString(ROOT.resolve(document));

        assertThat(found(LINK, text))
                .isNotEmpty()
                .allSatisfy(link -> assertThat(ROOT.resolve(link)).exists());
        assertThat(found(FILE, text))
                .isNotEmpty()
                .allSatisfy(file -> assertThat(ROOT.resolve(file)).exists());
        assertThat(classes()).containsAll(found(CLASS, text)).containsAll(found(PICTURED, text));
        assertThat(found(CLASS, text)).isNotEmpty();
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(1)).toList();
    }

    private static Set<String> classes() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT, 16)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }
}
