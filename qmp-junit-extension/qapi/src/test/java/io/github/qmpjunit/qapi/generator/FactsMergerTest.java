package io.github.qmpjunit.qapi.generator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FactsMergerTest {

    private static final JsonNode NOTHING = json("{}");

    private static final JsonNode OLD = version("7.2", """
            {"Both": {"kind": "object", "members": {"zone": {"type": "int"}, "kept": {"type": "str"}, "gone": {"type": "int"},
                "freed": {"type": "str"}, "old": {"type": "str", "features": ["deprecated"]}}},
             "Gone": {"kind": "enum", "values": {"a": {}}}}
            """);

    private static final JsonNode MIDDLE = version("9.0", """
            {"Both": {"kind": "object", "members": {"kept": {"type": "str"}, "new": {"type": "size", "since": "8.2"},
                "freed": {"type": "str", "optional": true}, "old": {"type": "str", "features": ["deprecated"]}}},
             "New": {"kind": "object", "members": {"a": {"type": "str", "features": ["deprecated"]}}}}
            """);

    private static final JsonNode NEW = version("10.0", """
            {"Both": {"kind": "object", "members": {"kept": {"type": "any"}, "new": {"type": "size", "since": "8.2"},
                "freed": {"type": "str", "optional": true}}},
             "New": {"kind": "object", "members": {"a": {"type": "str", "features": ["deprecated"]}, "b": {"type": "str"}}}}
            """);

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static JsonNode version(String version, String types) {
        return json("{\"version\": \"%s\", \"programs\": {\"qemu\": {\"types\": %s}}}".formatted(version, types));
    }

    private static JsonNode merge(JsonNode... facts) {
        JsonNode merged = NOTHING;
        for (JsonNode version : facts) {
            merged = FactsMerger.merge(merged, version);
        }
        return merged;
    }

    private static JsonNode types(JsonNode facts) {
        return facts.at("/programs/qemu/types");
    }

    @Test
    void every_element_says_in_which_versions_it_is() {
        JsonNode types = types(merge(OLD, MIDDLE, NEW));

        assertThat(types.at("/Both").has("from")).isFalse();
        assertThat(types.at("/Both/members/kept")).isEqualTo(json("{\"type\": \"any\"}"));
        assertThat(types.at("/Both/members/gone")).isEqualTo(json("{\"type\": \"int\", \"until\": \"7.2\"}"));
        assertThat(types.at("/Both/members/new"))
                .isEqualTo(json("{\"type\": \"size\", \"since\": \"8.2\", \"from\": \"9.0\"}"));
        assertThat(types.at("/Both/members/old"))
                .isEqualTo(
                        json(
                                "{\"type\": \"str\", \"features\": [\"deprecated\"], \"deprecated\": \"7.2\", \"until\": \"9.0\"}"));
        assertThat(types.at("/Gone/until").asString()).isEqualTo("7.2");
        assertThat(types.at("/New/from").asString()).isEqualTo("9.0");
        assertThat(types.at("/New/members/a/deprecated").asString()).isEqualTo("9.0");
        assertThat(types.at("/New/members/a").has("from")).isFalse();
        assertThat(types.at("/New/members/b/from").asString()).isEqualTo("10.0");
    }

    @Test
    void what_is_optional_in_one_version_is_optional() {
        assertThat(types(merge(OLD, NEW)).at("/Both/members/freed/optional").asBoolean())
                .isTrue();
        assertThat(types(merge(NEW, OLD)).at("/Both/members/freed/optional").asBoolean())
                .isTrue();
    }

    @Test
    void the_order_in_which_versions_are_taken_over_does_not_matter() {
        String expected = merge(OLD, MIDDLE, NEW).toString();

        assertThat(merge(NEW, MIDDLE, OLD)).hasToString(expected);
        assertThat(merge(MIDDLE, OLD, NEW)).hasToString(expected);
        assertThat(merge(OLD, NEW, MIDDLE, NEW)).hasToString(expected);
    }

    @Test
    void a_member_is_missing_in_some_version_or_in_none() {
        JsonNode members = types(merge(OLD, NEW)).at("/Both/members");
        var versions = FactsMerger.versions(merge(OLD, NEW));

        assertThat(new Element("kept", members.path("kept"), versions).mayBeMissing())
                .isFalse();
        assertThat(new Element("gone", members.path("gone"), versions).mayBeMissing())
                .isTrue();
        assertThat(new Element("new", members.path("new"), versions).lifetime()).isEqualTo("since 8.2");
        assertThat(new Element("gone", members.path("gone"), versions).lifetime())
                .isEqualTo("until 7.2");
    }
}
