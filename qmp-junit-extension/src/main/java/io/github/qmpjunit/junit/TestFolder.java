package io.github.qmpjunit.junit;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** The folder that <code>${tempDir}</code> stands for: made when it is first asked for, removed after the machines that use it. Thread-safe. */
final class TestFolder {

    private @Nullable Path folder;

    synchronized Path path() {
        Path made = folder;
        if (made == null) {
            try {
                made = Files.createTempDirectory("qmp-test-").toRealPath();
                folder = made;
            } catch (IOException e) {
                throw new ExtensionConfigurationException(
                        "Cannot make a folder for \"${tempDir}\": %s".formatted(e), e);
            }
        }
        return made;
    }

    synchronized Optional<Path> made() {
        return Optional.ofNullable(folder);
    }

    /** Remove it, if it was made. What cannot be removed stays in the system's temp folder. */
    synchronized void remove() {
        Path made = folder;
        folder = null;
        if (made == null) {
            return;
        }
        try {
            Files.walkFileTree(made, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            // It is in the temp folder, which the system cleans.
        }
    }
}
