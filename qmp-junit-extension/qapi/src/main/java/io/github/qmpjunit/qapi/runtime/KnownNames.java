package io.github.qmpjunit.qapi.runtime;

import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;

/** Removes the names of the members that a type knows. */
record KnownNames(Set<String> names) implements Parts {

    @Override
    public void member(String name, QapiType<?> type, String versions) {
        names.remove(name);
    }

    @Override
    public void embedded(QapiType<?> type) {
        type.view(JsonNodeFactory.instance.objectNode()).visit(this);
    }

    @Override
    public void alternative(QapiType<?> type) {
        // the members of an alternative are its own
    }
}
