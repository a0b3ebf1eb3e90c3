package io.github.qmpjunit.junit;

import io.github.qmpjunit.qmp.QmpClient;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Trims stack traces to what a reader can act on: the line of the test comes first, and the library's own frames are left out. Failures
 * that no line of a test has caused point at the definition of the machine.
 */
final class StackTraces {

    private static final String OURS = QmpClient.class.getPackageName().replaceFirst("\\.\\w+$", ".");

    private StackTraces() {}

    /** Trim a failure of the library, its causes, and what it suppresses; others' exceptions stay as they are. */
    static void trim(Throwable failure, Class<?> test) {
        trim(failure, test, 0);
    }

    private static void trim(Throwable failure, Class<?> test, int depth) {
        if (depth > 10) {
            return;
        }
        StackTraceElement[] frames = failure.getStackTrace();
        if (isThrownByUs(frames, test) || failure instanceof TimeoutException) {
            failure.setStackTrace(trimmed(frames, test));
        }
        if (failure.getCause() != null) {
            trim(failure.getCause(), test, depth + 1);
        }
        for (Throwable suppressed : failure.getSuppressed()) {
            trim(suppressed, test, depth + 1);
        }
    }

    /** Let a failure that happened in no line of a test point at a place in the code that has to do with it. */
    static void point(Throwable failure, Class<?> test, Optional<StackTraceElement> place) {
        StackTraceElement[] frames = failure.getStackTrace();
        if (place.isPresent() && isThrownByUs(frames, test) && !hasTestsFrame(frames, test)) {
            failure.setStackTrace(new StackTraceElement[] {place.get()});
        }
    }

    /** Return whether a failure, or a cause of it, has a text in its message. */
    static boolean hasTold(Throwable failure, String text) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < 10; depth++) {
            if (String.valueOf(at.getMessage()).contains(text)) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }

    private static boolean hasTestsFrame(StackTraceElement[] frames, Class<?> test) {
        return Arrays.stream(frames).anyMatch(frame -> isOthers(frame, test) && !isFramework(frame));
    }

    private static boolean isThrownByUs(StackTraceElement[] frames, Class<?> test) {
        return Arrays.stream(frames)
                .filter(frame -> !isOfJava(frame))
                .findFirst()
                .filter(frame -> !isOthers(frame, test))
                .isPresent();
    }

    /** What is thrown on a thread of the library has no frame of a test: the first frame tells enough. */
    private static StackTraceElement[] trimmed(StackTraceElement[] frames, Class<?> test) {
        if (!hasTestsFrame(frames, test)) {
            return Arrays.copyOf(frames, Math.min(1, frames.length));
        }
        int first = 0;
        while (!isOthers(frames[first], test) || isFramework(frames[first])) {
            first++;
        }
        return Arrays.stream(frames, first, frames.length)
                .filter(frame -> isOthers(frame, test))
                .toArray(StackTraceElement[]::new);
    }

    private static boolean isFramework(StackTraceElement frame) {
        String type = frame.getClassName();
        return isOfJava(frame)
                || type.startsWith("org.junit.")
                || type.startsWith("org.assertj.")
                || type.startsWith("org.awaitility.")
                || type.startsWith("org.newsclub.")
                || type.startsWith("tools.jackson.");
    }

    private static boolean isOfJava(StackTraceElement frame) {
        String type = frame.getClassName();
        return type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith("sun.");
    }

    /** Return whether a frame is not the library's. Tests may be in packages whose names begin as ours do: our own are. */
    private static boolean isOthers(StackTraceElement frame, Class<?> test) {
        return !frame.getClassName().startsWith(OURS) || isOfSource(frame.getClassName(), test);
    }

    private static boolean isOfSource(String type, Class<?> test) {
        CodeSource source = test.getProtectionDomain().getCodeSource();
        try {
            Class<?> found = Class.forName(type, false, test.getClassLoader());
            CodeSource other = found.getProtectionDomain().getCodeSource();
            return source != null && other != null && source.getLocation().equals(other.getLocation());
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
