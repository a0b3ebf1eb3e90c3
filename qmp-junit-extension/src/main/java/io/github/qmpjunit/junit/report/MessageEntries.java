package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qmp.QmpTranscriptLine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Makes a timeline's entries of a transcript's lines. */
final class MessageEntries {

    private final Lane commands;
    private final Lane events;

    /** By id as it is written: what was sent holds its numbers in other types than what was read. */
    private final Map<String, QmpTranscriptLine> sent = new HashMap<>();

    private final List<Entry> entries = new ArrayList<>();

    private MessageEntries(Lane commands, Lane events) {
        this.commands = commands;
        this.events = events;
    }

    static List<Entry> of(List<QmpTranscriptLine> lines, Lane commands, Lane events) {
        MessageEntries made = new MessageEntries(commands, events);
        lines.forEach(made::add);
        return made.entries;
    }

    private void add(QmpTranscriptLine taken) {
        JsonNode line = taken.line();
        JsonNode message = line.path("message");
        switch (line.path("dir").asString("")) {
            case "sent" -> addCommand(taken, message, line.path("fds").asInt(0));
            case "received" -> addReceived(taken, message);
            default -> addNote(taken);
        }
    }

    private void addCommand(QmpTranscriptLine taken, JsonNode message, int fds) {
        if (message.has("id")) {
            sent.put(idOf(message), taken);
        }
        JsonNode arguments = message.path("arguments");
        boolean raw = message.isString();
        add(new Entry(
                taken.nanoTime(),
                taken.nanoTime(),
                commands,
                Entry.Kind.COMMAND,
                Entry.Level.PLAIN,
                raw ? "as it is" : nameOf(message),
                raw ? message.asString() : members(arguments),
                fds == 0 ? "" : "with %s file descriptor%s".formatted(fds, fds == 1 ? "" : "s"),
                idOf(message),
                more(raw ? message : arguments),
                Place.of(taken)));
    }

    private static String nameOf(JsonNode command) {
        return command.has("exec-oob")
                ? command.path("exec-oob").asString("") + " (out of band)"
                : command.path("execute").asString("");
    }

    private static String idOf(JsonNode message) {
        return message.has("id") ? message.get("id").toString() : "";
    }

    private void addReceived(QmpTranscriptLine taken, JsonNode message) {
        if (message.has("event")) {
            String name = message.path("event").asString("");
            JsonNode data = message.path("data");
            add(taken, events, Entry.Kind.EVENT, Severity.ofEvent(name, data), name, members(data), data);
        } else if (message.has("QMP")) {
            JsonNode greeting = message.path("QMP");
            JsonNode qemu = greeting.path("version").path("qemu");
            String text = "QEMU %s.%s.%s"
                    .formatted(
                            qemu.path("major").asInt(0),
                            qemu.path("minor").asInt(0),
                            qemu.path("micro").asInt(0));
            add(taken, commands, Entry.Kind.NOTE, Entry.Level.PLAIN, "greeting", text, greeting);
        } else {
            addReply(taken, message);
        }
    }

    private void addReply(QmpTranscriptLine taken, JsonNode message) {
        JsonNode error = message.path("error");
        boolean failed = !message.has("return");
        JsonNode value = failed ? error : message.path("return");
        QmpTranscriptLine command = message.has("id") ? sent.remove(idOf(message)) : null;
        Place place = command == null ? Place.UNKNOWN : Place.of(command);
        add(new Entry(
                taken.nanoTime(),
                taken.nanoTime(),
                commands,
                Entry.Kind.REPLY,
                failed ? Entry.Level.BAD : Entry.Level.PLAIN,
                command == null
                        ? "to nothing that stands here"
                        : nameOf(command.line().path("message")),
                failed
                        ? "%s: %s"
                                .formatted(
                                        error.path("class").asString(""),
                                        error.path("desc").asString(""))
                        : briefly(value),
                took(taken, command),
                idOf(message),
                value.isNumber() || value.isBoolean() ? Optional.empty() : more(value),
                place));
    }

    private static String briefly(JsonNode value) {
        return value.isString() ? value.asString() : JsonValues.brief(value);
    }

    private static String took(QmpTranscriptLine reply, @Nullable QmpTranscriptLine command) {
        String late = reply.line().path("late").asBoolean(false) ? ", too late" : "";
        return command == null
                ? late
                : PageTime.duration(Duration.ofNanos(reply.nanoTime() - command.nanoTime())) + late;
    }

    private void addNote(QmpTranscriptLine taken) {
        JsonNode line = taken.line();
        boolean ended = line.path("note").asString("").equals("ended");
        boolean byPeer = line.path("by").asString("").equals("peer");
        String text = ended
                ? line.path("reason").asString("").lines().findFirst().orElse("")
                : "pid " + line.path("pid").asString("unknown");
        add(
                taken,
                commands,
                Entry.Kind.NOTE,
                ended && byPeer ? Entry.Level.BAD : Entry.Level.PLAIN,
                ended ? "monitor closed" : "monitor connected",
                text,
                line.path("reason"));
    }

    private void add(
            QmpTranscriptLine taken,
            Lane lane,
            Entry.Kind kind,
            Entry.Level level,
            String title,
            String brief,
            JsonNode detail) {
        add(new Entry(
                taken.nanoTime(),
                taken.nanoTime(),
                lane,
                kind,
                level,
                title,
                brief,
                "",
                "",
                more(detail),
                Place.UNKNOWN));
    }

    private void add(Entry entry) {
        entries.add(entry);
    }

    /** Return what there is to unfold. */
    private static Optional<JsonNode> more(JsonNode detail) {
        return detail.isMissingNode() || (detail.isContainer() && detail.isEmpty())
                ? Optional.empty()
                : Optional.of(detail);
    }

    /** Return an object's members without the braces around them. */
    private static String members(JsonNode object) {
        if (object.isMissingNode()) {
            return "";
        }
        String brief = JsonValues.brief(object);
        return object.isObject() ? brief.substring(1, brief.length() - 1) : brief;
    }
}
