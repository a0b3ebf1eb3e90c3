package io.github.qmpjunit.internal;

import java.lang.StackWalker.StackFrame;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * The place in a user's code from which our code was called.
 *
 * <p>Taking one costs some microseconds, since only the frames above the test runner are read, and lines are looked up only when somebody
 * asks for them. Immutable and thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class CallSite {

    /** A place that is not known. */
    public static final CallSite UNKNOWN = new CallSite(List.of(), "");

    private static final int MOST_FRAMES = 8;

    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private static final String ROOT = "io.github.qmpjunit.";

    private static final Set<String> OUR_PACKAGES =
            Set.of("internal", "json", "secrets", "qmp", "qemu", "junit", "assertj", "qapi");

    /** A test runner: below it there is nothing of the test's. */
    private static final List<String> RUNNERS =
            List.of("org.junit.", "org.apache.maven.surefire.", "org.gradle.", "com.intellij.");

    /** Code that calls back: what is above it and below it belongs together. */
    private static final List<String> SUPPORT = List.of(
            "java.", "javax.", "jdk.", "sun.", "kotlin.", "scala.", "groovy.", "org.assertj.", "org.awaitility.");

    private enum Whose {
        OURS,
        RUNNER,
        SUPPORT,
        USER
    }

    private static final ClassValue<Whose> OWNERS = new ClassValue<>() {
        @Override
        protected Whose computeValue(Class<?> type) {
            Whose byName = ownerOf(type.getName());
            return byName == Whose.OURS && isTestCode(type) ? Whose.USER : byName;
        }
    };

    private final List<StackFrame> frames;
    private final String through;

    private CallSite(List<StackFrame> frames, String through) {
        this.frames = frames;
        this.through = through;
    }

    /** {@return the place from which the current thread has called our code} */
    public static CallSite here() {
        return WALKER.walk(CallSite::find);
    }

    private static CallSite find(Stream<StackFrame> stack) {
        List<StackFrame> found = new ArrayList<>(MOST_FRAMES);
        StackFrame last = null;
        for (Iterator<StackFrame> frames = stack.iterator(); frames.hasNext() && found.size() < MOST_FRAMES; ) {
            StackFrame frame = frames.next();
            Whose whose = OWNERS.get(frame.getDeclaringClass());
            if (whose == Whose.RUNNER) {
                break;
            }
            if (whose == Whose.USER) {
                found.add(frame);
            } else if (whose == Whose.OURS && found.isEmpty()) {
                last = frame;
            }
        }
        String through = last == null ? "" : last.getDeclaringClass().getSimpleName() + "." + last.getMethodName();
        return new CallSite(List.copyOf(found), through);
    }

    /** {@return whether it is known that our own code has called by itself} */
    public boolean isOfTheHarness() {
        return this != UNKNOWN && frames.isEmpty();
    }

    /** {@return the user's frames, the innermost first; empty where our own code has called by itself} */
    public List<StackTraceElement> frames() {
        return frames.stream().map(StackFrame::toStackTraceElement).toList();
    }

    /** {@return the method of ours that the user's code has called, such as {@code QmpClient.execute}} */
    public String through() {
        return through;
    }

    /**
     * Return the user's frames of a stack trace, in the same sense.
     *
     * @param stack the trace, the innermost frame first
     * @return the frames
     */
    public static List<StackTraceElement> framesOf(StackTraceElement[] stack) {
        List<StackTraceElement> found = new ArrayList<>();
        for (StackTraceElement frame : stack) {
            Whose whose = ownerOf(frame.getClassName());
            if (whose == Whose.RUNNER && !found.isEmpty()) {
                break;
            }
            if (whose == Whose.USER) {
                found.add(frame);
            }
        }
        return found;
    }

    private static Whose ownerOf(String name) {
        if (name.startsWith(ROOT)) {
            String rest = name.substring(ROOT.length());
            int end = rest.indexOf('.');
            return end > 0 && OUR_PACKAGES.contains(rest.substring(0, end)) && !isTestName(name)
                    ? Whose.OURS
                    : Whose.USER;
        }
        if (RUNNERS.stream().anyMatch(name::startsWith)) {
            return Whose.RUNNER;
        }
        return SUPPORT.stream().anyMatch(name::startsWith) ? Whose.SUPPORT : Whose.USER;
    }

    /** Our own tests are in the packages that they test. */
    private static boolean isTestName(String name) {
        String[] nested = name.substring(name.lastIndexOf('.') + 1).split("\\$", -1);
        return Arrays.stream(nested).limit(1).anyMatch(outermost -> outermost.endsWith("Test"));
    }

    private static boolean isTestCode(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source != null
                && source.getLocation() != null
                && source.getLocation().getPath().contains("/test-classes/");
    }

    @Override
    public String toString() {
        return frames.isEmpty() ? "somewhere" : frames.get(0).toString();
    }
}
