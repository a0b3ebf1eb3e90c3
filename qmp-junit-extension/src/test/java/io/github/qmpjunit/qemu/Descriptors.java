package io.github.qmpjunit.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What this JVM has open. */
final class Descriptors {

    private Descriptors() {}

    static List<String> ofSocketsAndPipes() throws IOException {
        List<String> open = new ArrayList<>();
        try (Stream<Path> own = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : own.toList()) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    int number = Integer.parseInt(descriptor.getFileName().toString());
                    if (number > 2 && (target.startsWith("pipe:") || target.startsWith("socket:"))) {
                        open.add(number + "=" + target);
                    }
                } catch (IOException e) {
                    // Closed meanwhile.
                }
            }
        }
        return open;
    }
}
