package io.github.qmpjunit.qapi.runtime;

import tools.jackson.databind.JsonNode;

/** Looks whether a value has one of an alternate's forms, whatever is inside. */
final class FormCheck implements Parts {

    private final JsonNode json;
    private boolean fits;

    FormCheck(JsonNode json) {
        this.json = json;
    }

    @Override
    public void member(String name, QapiType<?> type, String versions) {
        // an alternate has none
    }

    @Override
    public void embedded(QapiType<?> type) {
        // an alternate has none
    }

    @Override
    public void alternative(QapiType<?> type) {
        fits |= type.fits(json);
    }

    boolean fits() {
        return fits;
    }
}
