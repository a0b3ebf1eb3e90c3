package io.github.qmpjunit.qmp.scripted;

import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.secrets.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The server's side of a transcript: which commands arrived, and what was sent in reply. Used by one thread. */
final class Replay {

    private final List<Recording> recordings;
    private final boolean leniently;
    private final Secrets secrets = new Secrets();
    private int sessions;

    private Replay(List<Recording> recordings, boolean leniently) {
        this.recordings = recordings;
        this.leniently = leniently;
    }

    /** One recorded connection. */
    private static final class Recording {

        final List<JsonNode> opening = new ArrayList<>();
        final List<Turn> turns = new ArrayList<>();
        boolean endedByPeer;
    }

    /** A recorded command, and all messages between it and the next one. */
    private static final class Turn {

        final JsonNode command;
        final Recording recording;
        final List<JsonNode> followedBy = new ArrayList<>();

        @Nullable
        JsonNode reply;

        boolean used;

        Turn(JsonNode command, Recording recording) {
            this.command = command;
            this.recording = recording;
        }

        boolean isLast() {
            return recording.turns.get(recording.turns.size() - 1) == this;
        }
    }

    static Replay of(Path transcript, boolean leniently) {
        List<String> lines;
        try {
            lines = Files.readAllLines(transcript, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read the transcript %s: %s".formatted(transcript, e), e);
        }
        List<Recording> recordings = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                JsonNode line = parse(lines.get(i));
                if (line == null) {
                    if (i > 0 && i == lines.size() - 1) {
                        break; // a line that was cut short when the client's JVM died
                    }
                    throw new IllegalArgumentException(
                            "Line %s of %s is not a line of a transcript, an object with \"dir\": %.200s"
                                    .formatted(i + 1, transcript, lines.get(i)));
                }
                add(line, recordings);
            }
        }
        return new Replay(recordings, leniently);
    }

    private static @Nullable JsonNode parse(String line) {
        try {
            JsonNode tree = JsonMapper.shared().readTree(line);
            boolean whole = tree.path("dir").isString()
                    && (tree.path("message").isObject() || tree.path("note").isString());
            return whole ? tree : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static void add(JsonNode line, List<Recording> recordings) {
        String note = line.path("note").asString("");
        if (note.equals("opened") || recordings.isEmpty()) {
            recordings.add(new Recording());
        }
        Recording recording = recordings.get(recordings.size() - 1);
        JsonNode message = line.path("message");
        switch (line.path("dir").asString()) {
            case "sent" -> recording.turns.add(new Turn(message, recording));
            case "received" -> received(message, recording);
            default ->
                recording.endedByPeer |=
                        note.equals("ended") && line.path("by").asString("").equals("peer");
        }
    }

    private static void received(JsonNode message, Recording recording) {
        if (recording.turns.isEmpty()) {
            recording.opening.add(message);
            return;
        }
        recording.turns.get(recording.turns.size() - 1).followedBy.add(message);
        if (isReply(message)) {
            recording.turns.stream()
                    .filter(turn -> turn.reply == null && same(turn.command.get("id"), message.get("id")))
                    .findFirst()
                    .ifPresent(turn -> turn.reply = message);
        }
    }

    private static boolean isReply(JsonNode message) {
        return message.has("return") || message.has("error") || message.has("id");
    }

    private static boolean same(@Nullable JsonNode one, @Nullable JsonNode other) {
        return one == null ? other == null : one.equals(other);
    }

    /** Return the replay for the next connection. */
    Session nextSession() {
        int number = sessions++;
        if (leniently) {
            return new LenientSession();
        }
        return new StrictSession(number < recordings.size() ? recordings.get(number) : new Recording(), number + 1);
    }

    /** One connection's replay. */
    interface Session {

        /** Send what the recorded server sent before the first command. */
        void begin(ScriptedConnection connection);

        /** Answer a command as the recording does. */
        void respond(ReceivedCommand command);
    }

    private final class StrictSession implements Session {

        private final Recording recording;
        private final int number;
        private final Map<JsonNode, @Nullable JsonNode> ids = new HashMap<>();
        private int position;

        StrictSession(Recording recording, int number) {
            this.recording = recording;
            this.number = number;
        }

        @Override
        public void begin(ScriptedConnection connection) {
            recording.opening.forEach(connection::send);
            disconnectAtTheEnd(connection);
        }

        @Override
        public void respond(ReceivedCommand command) {
            if (position == recording.turns.size()) {
                refuse(command, "connection %s has only %s commands".formatted(number, position));
                return;
            }
            Turn turn = recording.turns.get(position);
            if (!isSame(turn.command, command)) {
                refuse(
                        command,
                        "command %s of connection %s is %s".formatted(position + 1, number, withoutId(turn.command)));
                return;
            }
            position++;
            JsonNode recordedId = turn.command.get("id");
            if (recordedId != null) {
                ids.put(recordedId, command.id().orElse(null));
            }
            for (JsonNode message : turn.followedBy) {
                JsonNode id = message.get("id");
                command.connection().send(id != null && ids.containsKey(id) ? withId(message, ids.get(id)) : message);
            }
            disconnectAtTheEnd(command.connection());
        }

        private void disconnectAtTheEnd(ScriptedConnection connection) {
            if (recording.endedByPeer && position == recording.turns.size()) {
                connection.disconnect();
            }
        }
    }

    private final class LenientSession implements Session {

        @Override
        public void begin(ScriptedConnection connection) {
            if (!recordings.isEmpty()) {
                recordings.get(0).opening.forEach(connection::send);
            }
        }

        @Override
        public void respond(ReceivedCommand command) {
            List<Turn> same = recordings.stream()
                    .flatMap(recording -> recording.turns.stream())
                    .filter(turn -> isSame(turn.command, command))
                    .toList();
            if (same.isEmpty()) {
                refuse(command, "it has only " + recordedNames());
                return;
            }
            Turn turn = same.stream()
                    .filter(candidate -> !candidate.used)
                    .findFirst()
                    .orElse(same.get(same.size() - 1));
            turn.used = true;
            boolean replied = false;
            for (JsonNode message : turn.followedBy) {
                if (message.equals(turn.reply)) {
                    reply(command, message);
                    replied = true;
                } else if (message.has("event")) {
                    command.connection().send(message);
                }
            }
            if (turn.reply != null && !replied) {
                reply(command, turn.reply);
            }
            if (turn.recording.endedByPeer && turn.isLast()) {
                command.connection().disconnect();
            }
        }

        private void reply(ReceivedCommand command, JsonNode message) {
            command.connection().send(withId(message, command.id().orElse(null)));
        }
    }

    private String recordedNames() {
        return recordings.stream()
                .flatMap(recording -> recording.turns.stream())
                .map(turn -> withoutId(turn.command))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private void refuse(ReceivedCommand command, String found) {
        command.replyWithError(
                "GenericError",
                "The transcript does not have %s here: %s"
                        .formatted(withoutId(secrets.mask(command.message())), found));
    }

    /** In the transcript, secrets are masked. */
    private boolean isSame(JsonNode recorded, ReceivedCommand command) {
        JsonNode masked = secrets.learn(command.arguments()).mask(command.arguments());
        return name(recorded).equals(command.name())
                && recorded.has("exec-oob") == command.isOutOfBand()
                && (JsonValues.equal(arguments(recorded), command.arguments())
                        || JsonValues.equal(arguments(recorded), masked));
    }

    private static String name(JsonNode command) {
        return command.path(command.has("exec-oob") ? "exec-oob" : "execute").asString("");
    }

    private static JsonNode arguments(JsonNode command) {
        JsonNode arguments = command.get("arguments");
        return arguments == null ? JsonNodeFactory.instance.objectNode() : arguments;
    }

    private static String withoutId(JsonNode command) {
        return withId(command, null).toString();
    }

    private static ObjectNode withId(JsonNode message, @Nullable JsonNode id) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        message.properties().forEach(member -> copy.set(member.getKey(), member.getValue()));
        copy.remove("id");
        if (id != null) {
            copy.set("id", id);
        }
        return copy;
    }
}
