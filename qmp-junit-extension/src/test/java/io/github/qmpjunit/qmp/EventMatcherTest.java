package io.github.qmpjunit.qmp;

import static io.github.qmpjunit.qmp.EventMatcher.anyEvent;
import static io.github.qmpjunit.qmp.EventMatcher.anyOf;
import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.json.Json;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class EventMatcherTest {

    private static final QmpEvent CREATED =
            received("JOB_STATUS_CHANGE", "{\"id\": \"job0\", \"status\": \"created\"}");
    private static final QmpEvent NESTED = received(
            "X", "{\"n\": 1, \"big\": 18446744073709551615, \"o\": {\"p\": [1, 2], \"q\": true}, \"none\": null}");

    enum Status {
        created
    }

    @Test
    void two_members_of_an_event_are_compared() {
        EventMatcher done = EventMatcher.event("BLOCK_JOB_COMPLETED").withEqualData("offset", "len");

        assertThat(done.matches(QmpEvent.of("BLOCK_JOB_COMPLETED", Map.of("offset", 5, "len", 5.0))))
                .isTrue();
        assertThat(done.mismatches(QmpEvent.of("BLOCK_JOB_COMPLETED", Map.of("offset", 4, "len", 5))))
                .containsExactly("offset and len differ");
        assertThat(done.mismatches(QmpEvent.of("BLOCK_JOB_COMPLETED", Map.of("offset", 4))))
                .contains("len is missing");
        assertThat(done).asString().contains("offset = data len");
        assertThat(done.mentionsData("len")).isTrue();
    }

    @Test
    void an_event_is_meant_by_its_name() {
        assertThat(event(JOB_STATUS_CHANGE).matches(CREATED)).isTrue();
        assertThat(event("JOB_STATUS_CHANGE").matches(CREATED)).isTrue();
        assertThat(event(STOP).matches(CREATED)).isFalse();
        assertThat(anyOf(STOP, JOB_STATUS_CHANGE).matches(CREATED)).isTrue();
        assertThat(anyOf("STOP", "RESUME").matches(CREATED)).isFalse();
        assertThat(anyEvent().matches(CREATED)).isTrue();
    }

    static List<Arguments> equalValues() {
        return List.of(
                Arguments.of("n", 1),
                Arguments.of("n", 1L),
                Arguments.of("n", 1.0),
                Arguments.of("big", new BigInteger("18446744073709551615")),
                Arguments.of("o", Map.of("q", true, "p", List.of(1L, 2))),
                Arguments.of("o.p", List.of(1, 2)),
                Arguments.of("o.p[1]", 2),
                Arguments.of("none", null));
    }

    @ParameterizedTest
    @MethodSource("equalValues")
    void data_is_compared_by_value(String path, Object expected) {
        assertThat(event("X").withData(path, expected).matches(NESTED)).isTrue();
    }

    static List<Arguments> differentValues() {
        return List.of(
                Arguments.of("n", 2),
                Arguments.of("n", "1"),
                Arguments.of("n", true),
                Arguments.of("o", Map.of("q", true)),
                Arguments.of("o", Map.of()),
                Arguments.of("o.p", List.of(2, 1)),
                Arguments.of("o.p", List.of(1)),
                Arguments.of("o.p", List.of()),
                Arguments.of("o.q", 1),
                Arguments.of("o.q", null),
                Arguments.of("none", ""));
    }

    @ParameterizedTest
    @MethodSource("differentValues")
    void a_value_of_another_kind_or_size_is_another_value(String path, Object expected) {
        EventMatcher matcher = event("X").withData(path, expected);

        assertThat(matcher.matches(NESTED)).isFalse();
        assertThat(matcher.mismatches(NESTED)).containsExactly(path + " differs");
    }

    @Test
    void an_enum_constant_means_its_name() {
        assertThat(event(JOB_STATUS_CHANGE).withData("status", Status.created).matches(CREATED))
                .isTrue();
    }

    @Test
    void null_is_not_absence() {
        assertThat(event("X").withData("absent", null).mismatches(NESTED)).containsExactly("absent is missing");
        assertThat(event("X").withoutData("absent").matches(NESTED)).isTrue();
        assertThat(event("X").withoutData("none").mismatches(NESTED)).containsExactly("none is there");
    }

    @Test
    void a_subset_may_be_nested() {
        assertThat(event("X").withDataContaining(Map.of("o", Map.of("q", true))).matches(NESTED))
                .isTrue();
        assertThat(event("X")
                        .withDataContaining(Map.of("o", Map.of("q", false)))
                        .mismatches(NESTED))
                .containsExactly("data differs");
        assertThat(event("X")
                        .withDataContaining(Map.of("o", Map.of("p", List.of(1))))
                        .matches(NESTED))
                .isFalse();
    }

    @Test
    void a_predicate_is_not_asked_where_nothing_is() {
        Predicate<JsonNode> failing = node -> {
            throw new AssertionError("asked");
        };

        assertThat(event("X").withDataMatching("absent", "is odd", failing).mismatches(NESTED))
                .containsExactly("absent is missing");
        assertThat(event("X")
                        .withDataMatching("n", "is odd", node -> node.asInt() % 2 == 1)
                        .matches(NESTED))
                .isTrue();
        assertThat(event("X")
                        .withDataMatching("n", "is even", node -> node.asInt() % 2 == 0)
                        .mismatches(NESTED))
                .containsExactly("n differs");
    }

    @Test
    void a_predicate_given_as_a_value_is_refused() {
        Predicate<JsonNode> predicate = node -> true;

        assertThatThrownBy(() -> event("X").withData("n", predicate))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A predicate on n is given by withDataMatching(path, description, predicate)");
    }

    @Test
    void every_mismatch_is_named() {
        EventMatcher matcher = event(STOP)
                .withData("id", "job1")
                .withData("status", "created")
                .withData("x", 1)
                .where("it is Sunday", event -> false);

        assertThat(matcher.mismatches(CREATED))
                .containsExactly("name differs", "id differs", "x is missing", "not an event where it is Sunday");
        assertThat(event(JOB_STATUS_CHANGE).withData("id", "job0").mismatches(CREATED))
                .isEmpty();
    }

    @Test
    void says_what_is_meant() {
        assertThat(event(JOB_STATUS_CHANGE).withData("id", "job0").withData("n", 1))
                .hasToString("JOB_STATUS_CHANGE with data id = \"job0\", n = 1");
        assertThat(anyOf(STOP, RESUME)).hasToString("STOP or RESUME");
        assertThat(anyEvent().withoutData("a").where("it is late", e -> true))
                .hasToString("any event without data a, where it is late");
        assertThat(event("X")
                        .withDataContaining(Map.of("a", Map.of("b", 1)))
                        .withDataMatching("c", "is odd", n -> true))
                .hasToString("X with data containing {a: {b: 1}}, c is odd");
    }

    @Test
    void names_are_told_in_their_order_and_cannot_be_changed() {
        assertThat(anyOf("STOP", "RESUME", "A").names()).containsExactly("STOP", "RESUME", "A");
        assertThat(anyOf(STOP, RESUME).names()).containsExactly("STOP", "RESUME");
        assertThat(anyEvent().names()).isEmpty();
        assertThatThrownBy(() -> event("X").names().add("Y")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void no_names_mean_every_event() {
        assertThat(anyOf(new String[0]).matches(CREATED)).isTrue();
        assertThat(anyOf(new EventType[0]).matches(CREATED)).isTrue();
    }

    @Test
    void tells_whether_it_demands_a_certain_value() {
        EventMatcher matcher = event(JOB_STATUS_CHANGE)
                .withData("id", "job0")
                .withData("status", "concluded")
                .withoutData("error");

        assertThat(matcher.demandsData("status", "concluded")).isTrue();
        assertThat(matcher.demandsData("status", "ready")).isFalse();
        assertThat(matcher.demandsData("id", "concluded")).isFalse();
        assertThat(anyEvent().demandsData("status", "concluded")).isFalse();
    }

    @Test
    void demands_that_a_schema_can_judge_are_told_and_no_others() {
        EventMatcher matcher = event("X")
                .withoutData("a")
                .withData("b.c", 1)
                .where("it is late", event -> true)
                .withDataMatching("d", "is odd", node -> true)
                .withDataContaining(Map.of("e", 2));

        assertThat(matcher.demands())
                .extracting(demand -> demand.path() + " " + demand.expected())
                .containsExactly("b.c 1", "d null", " {\"e\":2}");
    }

    @Test
    void what_must_be_given_is_named_where_it_is_not() {
        EventMatcher any = anyEvent();
        Predicate<JsonNode> nodes = node -> true;

        assertNullIsRefused("type", () -> event((EventType) null));
        assertNullIsRefused("name", () -> event((String) null));
        assertNullIsRefused("types", () -> anyOf((EventType[]) null));
        assertNullIsRefused("names", () -> anyOf((String[]) null));
        assertNullIsRefused("path", () -> any.withData((String) null, 1));
        assertNullIsRefused("path", () -> any.withDataMatching(null, "is odd", nodes));
        assertNullIsRefused("description", () -> any.withDataMatching("a", null, nodes));
        assertNullIsRefused("predicate", () -> any.withDataMatching("a", "is odd", null));
        assertNullIsRefused("subset", () -> any.withDataContaining(null));
        assertNullIsRefused("path", () -> any.withoutData(null));
        assertNullIsRefused("description", () -> any.where(null, event -> true));
        assertNullIsRefused("predicate", () -> any.where("it is late", null));
        assertThatThrownBy(() -> anyOf(STOP, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("none of types must be null");
        assertThatThrownBy(() -> anyOf("STOP", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("none of names must be null");
    }

    private static void assertNullIsRefused(String parameter, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage("%s must not be null", parameter);
    }

    @Test
    void a_mark_lies_between_two_events() {
        EventMark mark = new EventMark(1, Instant.now());

        assertThat(mark.isBefore(CREATED)).isFalse();
        assertThat(mark.isBefore(new QmpEvent(CREATED.message(), 2, 0))).isTrue();
    }

    static QmpEvent received(String name, String data) {
        return new QmpEvent(Json.MAPPER.readTree("{\"event\": \"%s\", \"data\": %s}".formatted(name, data)), 1, 0);
    }
}
