package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.TerminalText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/**
 * A line of QEMU's standard error that is no complaint.
 *
 * @param versions the QEMU versions on which it was seen
 * @param pattern is found in the line
 */
record KnownWarning(List<String> versions, Pattern pattern) {

    private static final String RESOURCE = "known-warnings.txt";
    private static final String NONE = "none";

    /** Return the lines that the configuration lets pass. */
    static List<Pattern> of(Configuration configuration) {
        String file = configuration.text(ConfigurationKeys.KNOWN_WARNINGS).orElse("");
        if (file.equals(NONE)) {
            return List.of();
        }
        return (file.isEmpty() ? Own.WARNINGS : parse(file, read(Path.of(file))))
                .stream().map(KnownWarning::pattern).toList();
    }

    /** Read once. */
    private static final class Own {
        static final List<KnownWarning> WARNINGS = own();
    }

    /** Return those of this library's own file. */
    static List<KnownWarning> own() {
        try (InputStream file = Objects.requireNonNull(KnownWarning.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            return parse(RESOURCE, new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ExtensionConfigurationException(
                    TerminalText.message("Cannot read the file that %s names: %s. Write its path, or \"none\""
                            .formatted(ConfigurationKeys.KNOWN_WARNINGS, e)),
                    e);
        }
    }

    private static List<KnownWarning> parse(String file, String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(line -> parseLine(file, line))
                .toList();
    }

    private static KnownWarning parseLine(String file, String line) {
        int bar = line.indexOf('|');
        List<String> versions =
                List.of(line.substring(0, Math.max(bar, 0)).strip().split("\\s+"));
        if (versions.stream().anyMatch(String::isEmpty)) {
            throw new ExtensionConfigurationException(TerminalText.message(
                    "A line of %s has no QEMU version: \"%s\". Write \"7.2 10.0 | regular expression\""
                            .formatted(file, line)));
        }
        return new KnownWarning(
                versions, Pattern.compile(line.substring(bar + 1).strip()));
    }
}
