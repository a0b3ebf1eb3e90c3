package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpVersion;
import io.github.qmpjunit.qmp.TypedCommand;
import io.github.qmpjunit.qmp.UnknownPart;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A typed command whose result is the tree. That the tree can be read is checked all the same. */
record TreeOf(TypedCommand<?> typed) implements TypedCommand<JsonNode> {

    @Override
    public QmpCommand untyped() {
        return typed.untyped();
    }

    @Override
    public JsonNode read(JsonNode returned) {
        typed.read(returned);
        return returned;
    }

    @Override
    public List<UnknownPart> unknownTo(QmpVersion version) {
        return typed.unknownTo(version);
    }
}
