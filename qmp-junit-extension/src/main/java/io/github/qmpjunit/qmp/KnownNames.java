package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Companions;
import io.github.qmpjunit.internal.DidYouMean;
import io.github.qmpjunit.internal.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Explains an error about a name that the server does not know, such as a node's or a job's: what there is, and which other machine of the
 * test has that name.
 *
 * <p>QEMU asks programs not to parse the texts of its errors. Here a text that is not understood costs no more than the hint.
 */
final class KnownNames {

    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    /** The texts of all QEMUs so far: a name in quotes, and that it was not found. */
    private static final Pattern NOT_FOUND = Pattern.compile(
            "not found|not find|failed to find|no such|does not exist|doesn't exist|not active|unknown|is not a",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern QUOTED = Pattern.compile("['\"]([^'\"]+)['\"]");

    /** What is named, in the order in which a text is looked through. */
    private enum Kind {
        JOB("job", "query-jobs", "id"),
        EXPORT("export", "query-block-exports", "id"),
        CHARDEV("chardev", "query-chardev", "label"),
        OBJECT("object", "qom-list", "/objects"),
        NODE("node", "query-named-block-nodes", "node-name"),
        DEVICE("device", "qom-list", "/machine/peripheral");

        private final String word;
        private final String query;
        private final String member;

        Kind(String word, String query, String member) {
            this.word = word;
            this.query = query;
            this.member = member;
        }

        Collection<String> namesAt(QmpSession session) {
            boolean inTree = query.equals("qom-list");
            QmpCommand command =
                    (inTree ? QmpCommand.of(query).with("path", member) : QmpCommand.of(query)).withTimeout(AT_ONCE);
            Collection<String> names = new TreeSet<>();
            for (JsonNode one : session.execute(command, AT_ONCE)) {
                String name = one.path(inTree ? "name" : member).asString("");
                if (!inTree || one.path("type").asString("").startsWith("child<")) {
                    names.add(name);
                }
            }
            return names;
        }
    }

    private KnownNames() {}

    /** Return the error with a hint at what was probably meant; the error itself if it is not about a name, or there is nothing to say. */
    static QmpErrorException explained(QmpErrorException error, QmpClient client, QmpSession session) {
        if (error.command().isOutOfBand()) {
            return error; // the peer may be too busy for others
        }
        Waiting waiting = Waiting.begin(() -> "an explanation of the error in reply to " + error.command());
        try {
            List<String> sentences = explain(error, client, session);
            return sentences.isEmpty() ? error : error.withHint(String.join("\n  ", sentences));
        } catch (RuntimeException e) {
            return error; // whatever it is, it must not hide the error that is to be explained
        } finally {
            waiting.end();
        }
    }

    private static List<String> explain(QmpErrorException error, QmpClient client, QmpSession session) {
        Optional<String> name = unknownName(error);
        if (name.isEmpty()) {
            return List.of();
        }
        Kind kind = kindOf(error);
        Collection<String> names = kind.namesAt(session);
        if (names.contains(name.get())) {
            return List.of(); // something else is wrong
        }
        List<String> sentences = new ArrayList<>();
        sentences.add("\"%s\" has no %s \"%s\"%s"
                .formatted(client.name(), kind.word, name.get(), DidYouMean.hint(name.get(), names)));
        for (QmpClient other : Companions.of(client, QmpClient.class)) {
            if (other.ask(its -> kind.namesAt(its).contains(name.get())).orElse(false)) {
                sentences.add("\"%s\" has one: was the command meant for that machine?".formatted(other.name()));
            }
        }
        return sentences;
    }

    private static Optional<String> unknownName(QmpErrorException error) {
        String text = error.description();
        JsonNode arguments = error.sent().path("arguments");
        if (!NOT_FOUND.matcher(text).find()) {
            return Optional.empty();
        }
        Matcher quoted = QUOTED.matcher(text);
        while (quoted.find()) {
            if (hasValue(arguments, quoted.group(1))) {
                return Optional.of(quoted.group(1));
            }
        }
        // "Job not found" does not name it
        return error.command().name().startsWith("job-") ? arguments.path("id").asStringOpt() : Optional.empty();
    }

    private static boolean hasValue(JsonNode tree, String value) {
        if (tree.isString()) {
            return tree.asString().equals(value);
        }
        for (JsonNode child : tree) {
            if (hasValue(child, value)) {
                return true;
            }
        }
        return false;
    }

    /** A device of a block command is a node, or has the name of one. */
    private static Kind kindOf(QmpErrorException error) {
        String text = error.description().toLowerCase(Locale.ROOT);
        for (Kind kind : Kind.values()) {
            if (kind != Kind.DEVICE && text.contains(kind.word)) {
                return kind;
            }
        }
        String command = error.command().name();
        if (command.startsWith("block-job")) {
            return Kind.JOB;
        }
        return command.startsWith("device") ? Kind.DEVICE : Kind.NODE;
    }
}
