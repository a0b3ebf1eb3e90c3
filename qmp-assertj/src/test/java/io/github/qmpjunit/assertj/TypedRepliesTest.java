package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpReplyException;
import io.github.qmpjunit.qmp.QmpUnsupportedException;
import io.github.qmpjunit.qmp.QmpVersion;
import io.github.qmpjunit.qmp.TypedCommand;
import io.github.qmpjunit.qmp.UnknownPart;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Replies that have a Java type, as another artefact may bring it. */
class TypedRepliesTest {

    private final ScriptedVm vm = new ScriptedVm();

    @AfterEach
    void close() {
        vm.close();
    }

    /** Returns how many guests dream. */
    private record Dreams(QmpCommand untyped, List<UnknownPart> unknown) implements TypedCommand<Integer> {

        Dreams(UnknownPart... unknown) {
            this(QmpCommand.of("query-dreams"), List.of(unknown));
        }

        @Override
        public Integer read(JsonNode returned) {
            if (!returned.path("count").isInt()) {
                throw new IllegalArgumentException("\"count\" is no number");
            }
            return returned.path("count").asInt();
        }

        @Override
        public List<UnknownPart> unknownTo(QmpVersion version) {
            return unknown;
        }
    }

    @Test
    void a_command_returns_its_type() {
        vm.server.whenExecuted("query-dreams").replies(Map.of("count", 3));

        assertThat(vm.qmp)
                .executing(new Dreams())
                .returns("count", 3)
                .returnsSatisfying(count -> assertThat(count).isEqualTo(3));
    }

    @Test
    void what_a_command_returns_does_not_fit_its_type() {
        vm.server.whenExecuted("query-dreams").replies(Map.of("count", "3"));

        assertThatThrownBy(() -> assertThat(vm.qmp)
                        .executing(new Dreams())
                        .returns("count", "3")
                        .returnsSatisfying(count -> {}))
                .isInstanceOf(AssertionError.class)
                .hasMessage("""

                        Expecting command {"execute":"query-dreams"} of QMP client "vm":
                          to return what its type describes
                        but "count" is no number in:
                          {count: "3"}""");
    }

    @Test
    void a_reply_is_awaited_by_its_type() {
        vm.server
                .whenExecuted("query-dreams")
                .replies(Map.of("count", 0))
                .replies(Map.of("count", 1))
                .replies(Map.of("count", 2));

        assertThat(vm.qmp)
                .awaitReply(new Dreams())
                .withMatching("two dreams", count -> count == 2)
                .with("count", 2);
        assertThatThrownBy(() -> assertThat(vm.qmp)
                        .within(Duration.ofMillis(60))
                        .awaitReply(new Dreams())
                        .withMatching("three dreams", count -> count == 3))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to reply to query-dreams with three dreams")
                .hasMessageContaining("{count: 2}");
    }

    @Test
    void a_reply_that_does_not_fit_its_type_ends_the_wait() {
        vm.server.whenExecuted("query-dreams").replies(Map.of("count", 0)).replies(Map.of("count", "many"));

        assertThatThrownBy(() -> assertThat(vm.qmp)
                        .within(Duration.ofMinutes(1))
                        .awaitReply(new Dreams())
                        .with("count", 1))
                .isInstanceOf(QmpReplyException.class)
                .hasMessageContaining("\"count\" is no number");
        assertThat(vm.qmp).executing("query-status").succeeds();
    }

    @Test
    void a_query_that_the_server_does_not_know_is_not_sent() {
        vm.server
                .whenExecuted("query-qmp-schema")
                .replies(List.of(
                        Map.of("name", "query-status", "meta-type", "command", "arg-type", "0", "ret-type", "0")));

        assertThatThrownBy(() -> assertThat(vm.qmp)
                        .awaitReply(new Dreams(new UnknownPart("", null, "since 97.1")))
                        .with("count", 1))
                .isInstanceOf(QmpUnsupportedException.class)
                .hasMessageContaining("known since 97.1");
        assertThat(vm.server.received()).noneMatch(received -> received.name().equals("query-dreams"));
    }
}
