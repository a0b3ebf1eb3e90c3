package io.github.qmpjunit.junit.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the source code of tests where build tools keep it, below the working directory; an IDE may start tests one level higher.
 * What cannot be found or read is not shown, and nothing fails.
 */
final class SourceFiles {

    private static final List<String> ROOTS = List.of(
            "src/test/java",
            "src/test/kotlin",
            "src/it/java",
            "src/it/kotlin",
            "src/integrationTest/java",
            "src/integrationTest/kotlin",
            "src/main/java",
            "src/main/kotlin");

    private static final long LARGEST_FILE = 1 << 20;
    private static final int MOST_MODULES = 200;

    private final List<Path> modules = new ArrayList<>();
    private final Map<String, Optional<List<String>>> files = new HashMap<>();

    SourceFiles(Path workingDirectory) {
        modules.add(workingDirectory);
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(workingDirectory)) {
            for (Path module : inside) {
                if (modules.size() < MOST_MODULES && Files.isDirectory(module.resolve("src"))) {
                    modules.add(module);
                }
            }
        } catch (IOException | RuntimeException e) {
            // There is the directory itself.
        }
    }

    /** Return the lines of the file with a frame's code. */
    Optional<List<String>> of(StackTraceElement frame) {
        return files.computeIfAbsent(nameOf(frame), name -> read(name));
    }

    /** Return the name of a frame's file, with the folders of its package. */
    static String nameOf(StackTraceElement frame) {
        String type = frame.getClassName();
        String folder = type.contains(".")
                ? type.substring(0, type.lastIndexOf('.') + 1).replace('.', '/')
                : "";
        return folder + frame.getFileName();
    }

    private Optional<List<String>> read(String name) {
        for (Path module : modules) {
            for (String root : ROOTS) {
                try {
                    Path file = module.resolve(root).resolve(name);
                    if (Files.isRegularFile(file) && Files.size(file) <= LARGEST_FILE) {
                        return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                                .lines()
                                .toList());
                    }
                } catch (IOException | RuntimeException e) {
                    // Perhaps it is elsewhere.
                }
            }
        }
        return Optional.empty();
    }
}
