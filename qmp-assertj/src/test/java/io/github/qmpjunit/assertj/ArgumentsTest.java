package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.EventType;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What cannot be meant is refused where it is said, not at the end of a wait. */
class ArgumentsTest {

    private final ScriptedVm vm = new ScriptedVm();

    @AfterEach
    void close() {
        vm.close();
    }

    private static void assertNullIsRefused(String parameter, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage("%s must not be null", parameter);
    }

    @Test
    void of_assertions_on_a_client() {
        QmpClientAssert client = assertThat(vm.qmp);

        assertNullIsRefused("newTimeout", () -> client.within(null));
        assertNullIsRefused("mark", () -> client.since(null));
        assertNullIsRefused("type", () -> client.awaitEvent((EventType) null));
        assertNullIsRefused("name", () -> client.awaitEvent((String) null));
        assertNullIsRefused("matcher", () -> client.awaitEvent((EventMatcher) null));
        assertNullIsRefused("types", () -> client.awaitEventsInOrder((EventType[]) null));
        assertNullIsRefused("type", () -> client.receivesNoEvent((EventType) null));
        assertNullIsRefused("name", () -> client.receivesNoEvent((String) null));
        assertNullIsRefused("matcher", () -> client.receivesNoEvent((EventMatcher) null));
        assertNullIsRefused("time", () -> client.receivesNoEvent(STOP).during((Duration) null));
        assertNullIsRefused("code", () -> client.receivesNoEvent(STOP).during((ThrowingCallable) null));
        assertNullIsRefused("id", () -> client.job(null));
        assertNullIsRefused("name", () -> client.executing((String) null));
        assertNullIsRefused("arguments", () -> client.executing("x", null));
        assertNullIsRefused("command", () -> client.executing((QmpCommand) null));
        assertNullIsRefused("name", () -> client.awaitReply((String) null));
        assertNullIsRefused("query", () -> client.awaitReply((QmpCommand) null));
    }

    @Test
    void of_what_goes_on_from_there() {
        vm.sends("X");
        AwaitedEventAssert event = assertThat(vm.qmp).awaitEvent("X");
        JobAssert job = assertThat(vm.qmp).job("job0");
        CommandAssert<JsonNode> command = assertThat(vm.qmp).executing("query-version");
        AwaitedReplyAssert<JsonNode> reply = assertThat(vm.qmp).awaitReply("query-version");

        assertNullIsRefused("path", () -> event.withData((String) null, 1));
        assertNullIsRefused("path", () -> event.withoutData(null));
        assertNullIsRefused("subset", () -> event.withDataContaining(null));
        assertNullIsRefused("description", () -> event.withDataMatching("a", null, node -> true));
        assertNullIsRefused("predicate", () -> event.withDataMatching("a", "is odd", null));
        assertNullIsRefused("type", () -> event.thenEvent((EventType) null));
        assertNullIsRefused("name", () -> event.thenEvent((String) null));
        assertNullIsRefused("later", () -> event.thenEvent((EventMatcher) null));
        assertNullIsRefused("newTimeout", () -> job.within(null));
        assertNullIsRefused("status", () -> job.reaches(null));
        assertNullIsRefused("part", () -> job.failsWithErrorContaining(null));
        assertNullIsRefused("path", () -> command.returns(null, 1));
        assertNullIsRefused("requirements", () -> command.returnsSatisfying(null));
        assertNullIsRefused("errorClass", () -> command.failsWith(null));
        assertNullIsRefused("part", () -> command.failsWithDescriptionContaining(null));
        assertNullIsRefused("path", () -> reply.with(null, 1));
        assertNullIsRefused("description", () -> reply.withMatching(null, node -> true));
        assertNullIsRefused("predicate", () -> reply.withMatching("it is empty", null));
    }

    @Test
    void of_assertions_on_events_and_listeners() {
        vm.sends("X");
        QmpEventAssert event = assertThat(vm.qmp.events().history().get(0));
        QmpEventListenerAssert listener = assertThat(vm.qmp.events());

        assertNullIsRefused("type", () -> event.isNamed((EventType) null));
        assertNullIsRefused("name", () -> event.isNamed((String) null));
        assertNullIsRefused("path", () -> event.hasData((String) null, 1));
        assertNullIsRefused("path", () -> event.hasNoData(null));
        assertNullIsRefused("matcher", () -> event.matches((EventMatcher) null));
        assertNullIsRefused("newTimeout", () -> listener.within(null));
        assertNullIsRefused("type", () -> listener.awaitEvent((EventType) null));
        assertNullIsRefused("name", () -> listener.awaitEvent((String) null));
        assertNullIsRefused("matcher", () -> listener.awaitEvent((EventMatcher) null));
        assertNullIsRefused("types", () -> listener.hasHistory((EventType[]) null));
    }

    @Test
    void of_the_entry_point() {
        assertNullIsRefused("timeout", () -> QmpAssertions.inOrder(null));
        assertNullIsRefused("client", () -> QmpAssertions.inOrder().awaitEvent(null, STOP));
        assertNullIsRefused("type", () -> QmpAssertions.inOrder().awaitEvent(vm.qmp, (EventType) null));
        assertNullIsRefused("matcher", () -> QmpAssertions.inOrder().awaitEvent(vm.qmp, (EventMatcher) null));
        assertNullIsRefused("part", () -> QmpAssertions.containing(null));
        assertNullIsRefused("regex", () -> QmpAssertions.matching(null));
        assertNullIsRefused("line", () -> QmpAssertions.exactly(null));
    }

    @Test
    void nothing_that_is_asserted_on_may_be_null() {
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> assertThat((QmpClient) null).awaitEvent(STOP),
                () -> assertThat((QmpClient) null).awaitEventsInOrder(STOP),
                () -> assertThat((QmpClient) null).receivesNoEvent(STOP),
                () -> assertThat((QmpClient) null).job("job0"),
                () -> assertThat((QmpClient) null).executing("x"),
                () -> assertThat((QmpClient) null).awaitReply("x"),
                () -> assertThat((QmpClient) null).awaitNoJobs(),
                () -> assertThat((QmpEventListener) null).awaitEvent(),
                () -> assertThat((QmpEventListener) null).hasHistory(),
                () -> assertThat((QmpEventListener) null).isEmpty(),
                () -> assertThat((QmpEvent) null).isNamed(STOP),
                () -> assertThat((QmpEvent) null).hasData("a", 1))) {
            assertThatThrownBy(call)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("Expecting actual not to be null");
        }
    }

    @Test
    void what_would_verify_nothing_is_refused() {
        assertThatThrownBy(() -> assertThat(vm.qmp).awaitEventsInOrder())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("awaitEventsInOrder() was given no types, so it would verify nothing");
        assertThatThrownBy(() -> assertThat(vm.qmp).job("job0").progressesTo(101))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A job progresses from 0 to 100 percent, not to 101");
        assertThatThrownBy(() -> assertThat(vm.qmp).job("job0").progressesTo(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A job progresses from 0 to 100 percent, not to -1");
    }
}
