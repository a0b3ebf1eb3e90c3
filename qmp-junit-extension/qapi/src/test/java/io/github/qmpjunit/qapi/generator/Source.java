package io.github.qmpjunit.qapi.generator;

import java.util.HashSet;
import java.util.Set;

/** The text of a Java file under way. Refuses to have two methods of one signature in a class. */
@SuppressWarnings("AnnotateFormatMethod") // Error Prone's annotations are no dependency of ours
final class Source {

    private final StringBuilder text = new StringBuilder();
    private final Set<String> signatures = new HashSet<>();
    private String scope = "";
    private int depth;

    Source line(String format, Object... values) {
        String line = values.length == 0 ? format : format.formatted(values);
        if (line.startsWith("}")) {
            depth--;
        }
        text.append(line.isEmpty() ? "" : "    ".repeat(depth)).append(line).append('\n');
        if (line.endsWith("{")) {
            depth++;
        }
        return this;
    }

    Source continued(String format, Object... values) {
        text.append("    ".repeat(depth + 2)).append(format.formatted(values)).append('\n');
        return this;
    }

    Source gap() {
        text.append('\n');
        return this;
    }

    /** Begin a class, whose signatures are its own. */
    Source scope(String name) {
        scope = name;
        return this;
    }

    /** Note a method; return whether it is new. */
    boolean isNew(String signature) {
        return signatures.add(scope + " " + signature);
    }

    Source javadoc(String sentence) {
        return line("/** %s */", sentence);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
