package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.TypedCommand;
import tools.jackson.databind.JsonNode;

/** A command without types, where one with types is wanted. */
record Untyped(QmpCommand untyped) implements TypedCommand<JsonNode> {

    @Override
    public JsonNode read(JsonNode returned) {
        return returned;
    }
}
