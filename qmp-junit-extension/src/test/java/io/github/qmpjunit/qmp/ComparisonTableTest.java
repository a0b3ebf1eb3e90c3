package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The comparison with Python's library names tests that exist, and says of each row where we stand. */
class ComparisonTableTest {

    private static final Path DOCUMENT = Path.of("docs/compared-with-qemu-qmp.md");
    private static final List<Path> TESTS =
            List.of(Path.of("src/test"), Path.of("../example-tests/src/test"), Path.of("../qmp-assertj/src/test"));
    private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+Test\\.\\w+)`");
    private static final Pattern TEST_METHOD =
            Pattern.compile("@(?:Test|ParameterizedTest|FuzzTest)\\b.*?\\bvoid (\\w+)\\(", Pattern.DOTALL);

    @Test
    void each_test_that_it_names_exists() throws IOException {
        Set<String> tests = tests();

        assertThat(NAMED_TEST.matcher(Files.readString(DOCUMENT)).results())
                .extracting((MatchResult named) -> named.group(1))
                .isNotEmpty()
                .filteredOn(named -> !tests.contains(named))
                .as("named, but not there")
                .isEmpty();
    }

    @Test
    void each_row_says_where_we_stand_and_what_is_matched_names_a_test() throws IOException {
        List<String> rows = Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.startsWith("| ") && !line.endsWith("| qmp-junit | test |"))
                .toList();

        assertThat(rows).hasSizeGreaterThan(50).allSatisfy(row -> {
            String[] cells = row.split(" \\| ");
            assertThat(cells).as(row).hasSize(3);
            assertThat(cells[1]).matches("(matched|bettered|not matched|not wanted|partly matched)(: .*)?");
            if (cells[1].startsWith("matched") || cells[1].startsWith("bettered")) {
                assertThat(cells[2]).containsPattern(NAMED_TEST);
            }
        });
    }

    private static Set<String> tests() throws IOException {
        Set<String> tests = new HashSet<>();
        for (Path folder : TESTS) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(path -> path.toString().endsWith("Test.java"))
                        .toList()) {
                    String className = file.getFileName().toString().replace(".java", "");
                    TEST_METHOD
                            .matcher(Files.readString(file))
                            .results()
                            .forEach(method -> tests.add(className + "." + method.group(1)));
                }
            }
        }
        return tests;
    }
}
