package io.github.qmpjunit.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

class JsonValuesTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static JsonNode tree(String json) {
        return Json.MAPPER.readTree(json);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 1.0",
                "1e2 | 100",
                "1e400 | 1e400",
                "{\"a\":1,\"b\":2} | {\"b\":2,\"a\":1}",
                "[] | []",
                "[1,[2]] | [1.0,[2]]"
            })
    void equal_is_what_people_mean_by_it(String one, String other) {
        assertThat(JsonValues.equal(tree(one), tree(other))).isTrue();
        assertThat(JsonValues.equal(tree(other), tree(one))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 1.5",
                "1 | '\"1\"'",
                "1e400 | -1e400",
                "1e400 | 1",
                "{} | []",
                "[1] | [1,2]",
                "[1,2] | [1,3]",
                "{\"a\":1} | {\"a\":2}",
                "{\"a\":1} | {\"a\":1,\"b\":2}",
                "{\"a\":1} | {\"b\":1}",
                "null | {}",
                "[[1]] | [[2]]"
            })
    void what_differs_in_any_place_is_not_equal(String one, String other) {
        assertThat(JsonValues.equal(tree(one), tree(other))).isFalse();
        assertThat(JsonValues.equal(tree(other), tree(one))).isFalse();
    }

    @Test
    void numbers_too_large_for_a_double_are_compared_by_value() {
        BigInteger huge = BigInteger.TEN.pow(400);

        assertThat(JsonValues.equal(NODES.numberNode(huge), NODES.numberNode(huge)))
                .isTrue();
        assertThat(JsonValues.equal(NODES.numberNode(huge), NODES.numberNode(huge.add(BigInteger.ONE))))
                .isFalse();
        assertThat(JsonValues.equal(
                        NODES.numberNode(Float.POSITIVE_INFINITY), NODES.numberNode(Float.POSITIVE_INFINITY)))
                .isTrue();
        assertThat(JsonValues.equal(NODES.numberNode(1), NODES.numberNode(Float.POSITIVE_INFINITY)))
                .isFalse();
    }

    @Test
    void a_subset_is_one_at_every_depth_but_arrays_are_whole() {
        JsonNode whole = tree("{\"a\":{\"b\":1,\"c\":2},\"d\":[1,{\"e\":1}]}");

        assertThat(JsonValues.contains(whole, tree("{}"))).isTrue();
        assertThat(JsonValues.contains(whole, tree("{\"a\":{\"c\":2.0}}"))).isTrue();
        assertThat(JsonValues.contains(whole, tree("{\"a\":{\"c\":3}}"))).isFalse();
        assertThat(JsonValues.contains(whole, tree("{\"a\":{\"x\":3}}"))).isFalse();
        assertThat(JsonValues.contains(whole, tree("{\"d\":[1]}"))).isFalse();
        assertThat(JsonValues.contains(whole, tree("{\"d\":[1,{}]}"))).isFalse();
        assertThat(JsonValues.contains(whole, tree("{\"d\":[1,{\"e\":1}]}"))).isTrue();
        assertThat(JsonValues.contains(tree("1"), tree("{}"))).isFalse();
    }

    @Test
    void null_is_jsons_null() {
        assertThat(JsonValues.treeOf(null, "x").isNull()).isTrue();
        assertThat(JsonValues.treeOf(Map.of("a", 1), "x")).hasToString("{\"a\":1}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "[]", "{a: 1, b: \"t\"}", "[1, 2, {c: null}]", "{a: {b: [true, []]}}", "\"text\"", "-1.5"})
    void brief_is_one_line_for_a_person(String text) {
        assertThat(JsonValues.brief(tree(text.replaceAll("([a-z]): ", "\"$1\": "))))
                .isEqualTo(text);
    }

    @Test
    void an_excerpt_is_cut_only_where_it_is_too_long() {
        assertThat(JsonValues.excerpt(tree("{\"a\": [1, 2]}"))).isEqualTo("{a: [1, 2]}");
        for (JsonNode kind : List.of(
                JsonValues.treeOf("x".repeat(998), ""),
                JsonValues.treeOf(List.of("x".repeat(996)), ""),
                JsonValues.treeOf(Map.of("a", "x".repeat(993)), ""))) {
            assertThat(JsonValues.excerpt(kind)).hasSize(1000).isEqualTo(JsonValues.brief(kind));
        }
        for (JsonNode kind : List.of(
                JsonValues.treeOf("x".repeat(999), ""),
                JsonValues.treeOf("x".repeat(1000), ""),
                JsonValues.treeOf("x".repeat(5000), ""),
                JsonValues.treeOf(List.of("x".repeat(997)), ""),
                JsonValues.treeOf(Arrays.asList(new Object[2000]), ""),
                JsonValues.treeOf(Map.of("a", "x".repeat(994)), ""))) {
            assertThat(JsonValues.excerpt(kind))
                    .isEqualTo(JsonValues.brief(kind).substring(0, 1000) + "...");
        }
    }
}
