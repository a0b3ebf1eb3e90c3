package io.github.qmpjunit.junit.report;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Makes names for files of names that people gave, each once. Those of some systems do not tell upper from lower case. */
final class FileNames {

    private static final int LONGEST = 60;

    private final Set<String> taken = new HashSet<>();

    String of(String name) {
        String safe = name.replaceAll("[^A-Za-z0-9._-]+", "_").replaceFirst("^[.-]+", "_");
        String base = safe.isEmpty() ? "_" : safe.substring(0, Math.min(safe.length(), LONGEST));
        String unique = base;
        for (int number = 2; !taken.add(unique.toLowerCase(Locale.ROOT)); number++) {
            unique = base + "-" + number;
        }
        return unique;
    }
}
