package io.github.qmpjunit.qmp;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** A typed command with other settings than its original. */
record ChangedCommand<R>(TypedCommand<R> original, QmpCommand untyped) implements TypedCommand<R> {

    @Override
    public R read(JsonNode returned) {
        return original.read(returned);
    }

    @Override
    public List<UnknownPart> unknownTo(QmpVersion version) {
        return original.unknownTo(version);
    }

    @Override
    public String toString() {
        return untyped.toString();
    }
}
