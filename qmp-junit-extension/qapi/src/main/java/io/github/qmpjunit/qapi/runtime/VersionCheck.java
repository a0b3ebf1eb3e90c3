package io.github.qmpjunit.qapi.runtime;

import io.github.qmpjunit.qmp.QmpVersion;
import io.github.qmpjunit.qmp.UnknownPart;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Gathers the parts of a value that a version does not know. */
final class VersionCheck implements Parts {

    private final QmpVersion version;
    private final List<UnknownPart> unknown;
    private final JsonNode json;
    private final String path;

    private VersionCheck(QmpVersion version, List<UnknownPart> unknown, JsonNode json, String path) {
        this.version = version;
        this.unknown = unknown;
        this.json = json;
        this.path = path;
    }

    static List<UnknownPart> of(QapiObject arguments, String versions, QmpVersion version) {
        List<UnknownPart> unknown = new ArrayList<>();
        if (!isIn(versions, version)) {
            unknown.add(new UnknownPart("", null, versions));
        } else {
            arguments.describe(new VersionCheck(version, unknown, arguments.toJson(), ""));
        }
        return unknown;
    }

    /** Return whether a version is among those of a text such as {@code since 8.2 until 9.0}; an empty text means all. */
    static boolean isIn(String versions, QmpVersion version) {
        if (versions.isEmpty()) {
            return true;
        }
        String[] words = versions.split(" ", -1);
        for (int i = 0; i < words.length; i += 2) {
            String[] numbers = words[i + 1].split("\\.", -1);
            int major = Integer.parseInt(numbers[0]);
            int minor = numbers.length < 2 ? 0 : Integer.parseInt(numbers[1]);
            boolean reached = version.isAtLeast(major, minor);
            if (words[i].equals("since") ? !reached : version.isAtLeast(major, minor + 1)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void member(String name, QapiType<?> type, String versions) {
        JsonNode value = json.get(name);
        if (value == null) {
            return;
        }
        String place = path.isEmpty() ? name : path + "." + name;
        if (isIn(versions, version)) {
            value(type, value, place);
        } else {
            unknown.add(new UnknownPart(place, null, versions));
        }
    }

    @Override
    public void embedded(QapiType<?> type) {
        value(type, json, path);
    }

    @Override
    public void alternative(QapiType<?> type) {
        if (type.fits(json)) {
            value(type, json, path);
        }
    }

    private void value(QapiType<?> type, JsonNode value, String place) {
        QapiType<?> element = type.elementType();
        if (element != null) {
            for (int i = 0; i < value.size(); i++) {
                value(element, value.get(i), place + "[" + i + "]");
            }
            return;
        }
        String versions = type.versionsOf(value);
        if (!isIn(versions, version)) {
            unknown.add(new UnknownPart(place, value.asString(""), versions));
        }
        QapiValue view = type.fits(value) ? type.viewIfGenerated(value) : null;
        if (view != null) {
            view.visit(new VersionCheck(version, unknown, value, place));
        }
    }
}
