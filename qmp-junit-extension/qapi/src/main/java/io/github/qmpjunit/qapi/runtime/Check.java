package io.github.qmpjunit.qapi.runtime;

import tools.jackson.databind.JsonNode;

/** Looks whether each part of a value has its type. What is missing is not looked for. */
final class Check implements Parts {

    private final JsonNode json;
    private final String path;

    Check(JsonNode json, String path) {
        this.json = json;
        this.path = path;
    }

    @Override
    public void member(String name, QapiType<?> type, String versions) {
        JsonNode value = json.get(name);
        if (value != null) {
            type.check(value, path.isEmpty() ? name : path + "." + name);
        }
    }

    @Override
    public void embedded(QapiType<?> type) {
        type.check(json, path);
    }

    @Override
    public void alternative(QapiType<?> type) {
        if (type.fits(json)) {
            type.check(json, path);
        }
    }
}
