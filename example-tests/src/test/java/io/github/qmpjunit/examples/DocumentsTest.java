package io.github.qmpjunit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents for maintainers name is there: pages, scripts, classes. */
class DocumentsTest {

    private static final Path ROOT = Path.of("..");

    private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#]+)");
    private static final Pattern FILE = Pattern.compile(
            "`((?:scripts|\\.ci|\\.github|qmp-junit-extension|qmp-assertj|example-tests)/[\\w./-]+)[^`]*`");
    private static final Pattern CLASS = Pattern.compile("(?:`|>)([A-Z][a-z]+(?:[A-Z][a-z0-9]+)+)(?:`|[.(][^`]*`)");
    private static final Pattern STARTS_THREADS = Pattern.compile("new (?:Thread|DaemonExecutor)\\(|\\.follow\\(");
    private static final Pattern THREAD = Pattern.compile(
            "\"((?:qmp-(?!junit-(?:lifeline)?\"|scripted)|guest-agent-|scripted-|qtest-)[a-z-]*|-(?:stderr|exit|console|stdout))\"");
    private static final Pattern PICTURED =
            Pattern.compile("\\b((?:Qmp|Qemu|Event|Message|Observed|Failure|Storage|Scripted)[A-Z][A-Za-z]+)\\b");

    @ParameterizedTest
    @ValueSource(strings = {"ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "scripts/README.md"})
    void what_they_name_is_there(String document) throws IOException {
        String text = Files.readString(ROOT.resolve(document));

        assertThat(found(LINK, text))
                .isNotEmpty()
                .allSatisfy(link ->
                        assertThat(ROOT.resolve(document).resolveSibling(link)).exists());
        assertThat(found(FILE, text))
                .isNotEmpty()
                .filteredOn(file -> !file.contains("/target/")) // what a build makes
                .allSatisfy(file -> assertThat(ROOT.resolve(file)).exists());
        assertThat(classes()).containsAll(found(CLASS, text)).containsAll(found(PICTURED, text));
        assertThat(found(CLASS, text)).isNotEmpty();
    }

    @Test
    void every_script_is_told_of() throws IOException {
        String text = Files.readString(ROOT.resolve("scripts/README.md"));

        try (Stream<Path> scripts = Files.walk(ROOT.resolve("scripts"), 2)) {
            assertThat(scripts.filter(Files::isRegularFile)
                            .filter(Files::isExecutable)
                            .map(script -> ROOT.relativize(script).toString())
                            .filter(script -> !script.startsWith("scripts/lib/")))
                    .hasSizeGreaterThan(20)
                    .allSatisfy(script -> assertThat(text).contains("| `" + script + "` |"));
        }
    }

    /** A thread that nobody wrote down is one that nobody thought of. */
    @Test
    void every_thread_is_in_the_table() throws IOException {
        String table = Files.readString(ROOT.resolve("ARCHITECTURE.md")).split("## Threads")[1];

        try (Stream<Path> sources = Files.walk(ROOT.resolve("qmp-junit-extension/src/main/java"))) {
            assertThat(sources.filter(Files::isRegularFile)
                            .map(DocumentsTest::text)
                            .filter(source -> STARTS_THREADS.matcher(source).find())
                            .flatMap(source -> found(THREAD, source).stream()))
                    .hasSizeGreaterThan(10)
                    .allSatisfy(name -> assertThat(table).contains(name));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(1)).toList();
    }

    /** Without the build's folders, which change while other modules' tests run. */
    private static Set<String> classes() throws IOException {
        Set<String> names = new HashSet<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return Set.of("target", ".git").contains(String.valueOf(folder.getFileName()))
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(".java")) {
                    names.add(name.substring(0, name.length() - ".java".length()));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return names;
    }
}
