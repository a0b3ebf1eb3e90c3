package io.github.qmpjunit.qapi.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Looks whether a value and each of its parts have their types, the outer ones first. Missing parts are not looked for. It does not
 * recurse, since a reply can be nested more deeply than a thread's stack can bear.
 */
final class Check implements Parts {

    private final Deque<Part> pending = new ArrayDeque<>();
    private Part current;

    private Check(Part whole) {
        current = whole;
        pending.add(whole);
    }

    /** A value, its type, and its path in what is read. */
    private record Part(JsonNode json, QapiType<?> type, String path) {}

    /** Refuse a value that does not have this type, or a part of it that does not have its own. */
    static void that(JsonNode json, QapiType<?> type) {
        new Check(new Part(json, type, "")).run();
    }

    private void run() {
        for (Part next = pending.poll(); next != null; next = pending.poll()) {
            current = next;
            next.type.requireForm(next.json, next.path);
            QapiType<?> element = next.type.elementType();
            if (element == null) {
                visit(next.type.viewIfGenerated(next.json));
            } else {
                for (int i = 0; i < next.json.size(); i++) {
                    pending.add(new Part(next.json.get(i), element, next.path + "[" + i + "]"));
                }
            }
        }
    }

    private void visit(@Nullable QapiValue value) {
        if (value != null) {
            value.visit(this);
        }
    }

    @Override
    public void member(String name, QapiType<?> type, String versions) {
        JsonNode value = current.json.get(name);
        if (value != null) {
            pending.add(new Part(value, type, current.path.isEmpty() ? name : current.path + "." + name));
        }
    }

    @Override
    public void embedded(QapiType<?> type) {
        pending.add(new Part(current.json, type, current.path));
    }

    @Override
    public void alternative(QapiType<?> type) {
        if (type.fits(current.json)) {
            pending.add(new Part(current.json, type, current.path));
        }
    }
}
