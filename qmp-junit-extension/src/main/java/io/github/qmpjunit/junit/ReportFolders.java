package io.github.qmpjunit.junit;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Names the folders of reports: one for each unique id of JUnit's, in a form that a person can read. A number follows if the readable
 * form alone does not tell the test from all others.
 *
 * <p>If a test runs again in the same JVM, as build tools run failed tests again, the reports of its attempts lie side by side.
 */
final class ReportFolders {

    /** The ids that a class and a method say all about. */
    private static final Pattern PLAIN = Pattern.compile("\\[engine:[^]]+]/\\[class:[^]]+](/\\[method:[^]]+])?");

    /** The folders in which a report lies, each with the test's attempt. */
    private static final Map<Path, Attempt> TAKEN = new ConcurrentHashMap<>();

    private ReportFolders() {}

    /** Return where reports go by default: into the folder of the build tool's output. Forks of one build share it. */
    static Path byDefault() {
        return Path.of(outputFolder()).resolve("qmp-junit");
    }

    private static String outputFolder() {
        if (Files.exists(Path.of("pom.xml"))) {
            return "target";
        }
        return Files.exists(Path.of("build.gradle")) || Files.exists(Path.of("build.gradle.kts")) ? "build" : "";
    }

    /** A run of a test, or of a class, in one launch. Equal only to itself. */
    private static final class Attempt {}

    /** Return the folder of a test's report. The same in the whole launch. */
    static Path of(ExtensionContext context, Path directory) {
        Path base = directory.resolve(className(context)).resolve(folderName(context));
        Attempt own = attempt(context);
        Path folder = base;
        for (int number = 2; isOfAnother(own, folder); number++) {
            folder = base.resolveSibling("%s-attempt-%s".formatted(base.getFileName(), number));
        }
        return folder;
    }

    private static boolean isOfAnother(Attempt own, Path folder) {
        Attempt other = TAKEN.get(folder);
        return other != null && other != own;
    }

    /** Take note that a report is written there. */
    static void taken(ExtensionContext context, Path folder) {
        TAKEN.putIfAbsent(folder, attempt(context));
    }

    private static Attempt attempt(ExtensionContext context) {
        return ExtensionStore.of(context)
                .getOrComputeIfAbsent(
                        ExtensionStore.ownKey(Attempt.class, context), absent -> new Attempt(), Attempt.class);
    }

    private static String className(ExtensionContext context) {
        return safe(TestClasses.methodOrClass(context)
                .getTestClass()
                .map(Class::getName)
                .orElse("run"));
    }

    private static String folderName(ExtensionContext context) {
        String name = safe(nameOf(context));
        return PLAIN.matcher(context.getUniqueId()).matches() && !isOverloaded(context)
                ? name
                : name + "-" + Integer.toHexString(context.getUniqueId().hashCode());
    }

    /** Two invocations of one method have different display names; two methods of one display name have different names. */
    private static String nameOf(ExtensionContext context) {
        String display = context.getDisplayName();
        return TestClasses.methodOrClass(context)
                .getTestMethod()
                .map(Method::getName)
                .map(method -> display.startsWith(method) ? method : method + "-" + display)
                .orElse("class");
    }

    /** Types of one simple name in different packages look the same. */
    private static boolean isOverloaded(ExtensionContext context) {
        return context.getTestMethod()
                .filter(method -> Stream.of(method.getDeclaringClass().getDeclaredMethods())
                        .anyMatch(other -> other.getName().equals(method.getName()) && !other.equals(method)))
                .isPresent();
    }

    /** Leave out what ends a link in a terminal, such as blanks and parentheses, or needs to be escaped in an address. */
    private static String safe(String name) {
        String safe = name.replaceAll("[^\\w.-]+", "_").replaceAll("^[_-]+|[_-]+$", "");
        return safe.length() > 150 ? safe.substring(0, 140) + Integer.toHexString(safe.hashCode()) : safe;
    }
}
