package io.github.qmpjunit.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class DataPathTest {

    private static final JsonNode TREE =
            Json.MAPPER.readTree("{\"a\": {\"b-c\": [10, {\"d\": null}]}, \"l\": [[1, 2]]}");

    @ParameterizedTest
    @CsvSource({"a.b-c[0], 10", "a.b-c[1].d, null", "l[0][1], 2", "a.b-c[1], '{\"d\":null}'"})
    void finds_what_stands_at_a_path(String path, String expected) {
        assertThat(DataPath.of(path).in(TREE)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "a.x.y", "a.b-c[2]", "a[0]", "l.a"})
    void finds_nothing_where_nothing_is(String path) {
        assertThat(DataPath.of(path).in(TREE).isMissingNode()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a..b", "a[", "a[x]", "a]", "a[0]b", "a[-1]", "a[9999999999]"})
    void refuses_what_is_no_path(String text) {
        assertThatThrownBy(() -> DataPath.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"%s\" is not a path into JSON data; write names and places like \"a.b[0].c\"", text);
    }

    @Test
    void may_begin_with_a_place() {
        assertThat(DataPath.of("[1]").in(Json.MAPPER.readTree("[1, 2]"))).hasToString("2");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "m[\"sse4.1\"], true",
                "m['sse4.1'], true",
                "[\"m\"][\"a[b\"].x[0], 5",
                "m.plain, 1",
            })
    void finds_names_with_dots_in_brackets(String path, String expected) {
        JsonNode tree = Json.MAPPER.readTree("{\"m\": {\"sse4.1\": true, \"a[b\": {\"x\": [5]}, \"plain\": 1}}");

        assertThat(DataPath.of(path).in(tree)).hasToString(expected);
    }

    @Test
    void knows_how_to_write_a_name_with_dots() {
        JsonNode tree = Json.MAPPER.readTree("{\"l\": [{\"m\": {\"sse4.1\": {\"x\": true}}}]}");

        assertThat(DataPath.of("l[0].m.sse4.1.x").correctionFor(tree)).contains("l[0].m[\"sse4.1\"].x");
        assertThat(DataPath.of("l[0].m.sse4.1").correctionFor(tree)).contains("l[0].m[\"sse4.1\"]");
        assertThat(DataPath.of("l[0].m.sse4.2").correctionFor(tree)).isEmpty();
    }

    @Test
    void tells_its_steps_and_its_text() {
        DataPath path = DataPath.of("a.b-c[12].d");

        assertThat(path.steps()).containsExactly("a", "b-c", 12, "d");
        assertThat(path).hasToString("a.b-c[12].d");
    }
}
