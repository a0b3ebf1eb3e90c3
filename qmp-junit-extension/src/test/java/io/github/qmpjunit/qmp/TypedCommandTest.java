package io.github.qmpjunit.qmp;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Commands and events that know their Java types, as another artefact may bring them. */
class TypedCommandTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static final TypedEventType<String> SHUTDOWN =
            new TypedEventType<>("SHUTDOWN", data -> data.path("reason").asString());

    private static final EventKey<String> REASON = new EventKey<>("SHUTDOWN", "reason");
    private static final EventKey<Number> TIME = new EventKey<>("SHUTDOWN", "time");

    /** Returns whether the machine runs, from 7.2 on. */
    private record Running(QmpCommand untyped, List<UnknownPart> unknown) implements TypedCommand<Boolean> {

        Running(UnknownPart... unknown) {
            this(QmpCommand.of("query-status"), List.of(unknown));
        }

        @Override
        public Boolean read(JsonNode returned) {
            if (!returned.path("running").isBoolean()) {
                throw new IllegalArgumentException("running is no boolean");
            }
            return returned.path("running").asBoolean();
        }

        @Override
        public List<UnknownPart> unknownTo(QmpVersion version) {
            return unknown;
        }
    }

    @Test
    void a_command_returns_what_it_reads_from_the_reply() throws Exception {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("query-status").replies(Map.of("running", true));

            assertThat(qmp.execute(new Running())).isTrue();
            assertThat(qmp.executeAsync(new Running()).get(10, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @Test
    void a_reply_that_cannot_be_read_is_an_error_with_the_reply_and_the_connection_stays() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("query-status")
                    .replies(Map.of("running", "yes"))
                    .replies(Map.of("running", false));

            QmpReplyException error = catchThrowableOfType(QmpReplyException.class, () -> qmp.execute(new Running()));

            assertThat(error)
                    .hasMessage(
                            "Cannot read the reply of QMP client \"%s\" to {\"execute\":\"query-status\"}: running is no boolean%n{running: \"yes\"}"
                                    .formatted(qmp.name()));
            assertThat(error.client()).contains(qmp.name());
            assertThat(error.reply())
                    .hasValueSatisfying(reply ->
                            assertThat(reply.path("running").asString()).isEqualTo("yes"));
            assertThat(qmp.execute(new Running())).isFalse();
        }
    }

    @Test
    void what_changes_how_a_command_is_sent_keeps_its_type() {
        TypedCommand<Boolean> changed = new Running().outOfBand().withTimeout(SOON);

        assertThat(changed.untyped().isOutOfBand()).isTrue();
        assertThat(changed.untyped().timeout()).contains(SOON);
        assertThat(changed).hasToString("{\"exec-oob\":\"query-status\"}");
    }

    @Test
    void what_the_server_does_not_know_is_refused_before_it_is_sent() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            QmpClient qmp = vm.qmp();

            assertThatThrownBy(() -> qmp.execute(new Running(new UnknownPart("turbo", null, "since 97.1"))))
                    .isInstanceOf(QmpUnsupportedException.class)
                    .hasMessage(
                            "Cannot send query-status to QMP client \"%s\": query-status's argument \"turbo\" is known since 97.1, this is %s",
                            qmp.name(), qmp.greeting().version());
            assertThatThrownBy(() -> qmp.executeAsync(new Running(new UnknownPart("turbo", null, "since 97.1"))))
                    .isInstanceOf(QmpUnsupportedException.class);
        }
    }

    @Test
    void what_the_server_knows_all_the_same_is_sent() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            assertThat(vm.qmp().execute(new Running(new UnknownPart("", null, "since 97.1"))))
                    .isNotNull();
        }
    }

    @Test
    void a_server_without_a_schema_decides_itself() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("query-status").replies(Map.of("running", true));

            assertThat(qmp.execute(new Running(new UnknownPart("", null, "since 97.1"))))
                    .isTrue();
        }
    }

    @Test
    void an_event_is_read_by_its_type_and_matched_by_its_keys() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address());
                QmpEventListener shutdowns = qmp.listen(SHUTDOWN)) {
            server.sendEvent("SHUTDOWN", Map.of("reason", "guest-panic", "time", 5));
            server.sendEvent("SHUTDOWN", Map.of("reason", "host-qmp-quit", "time", 5));

            assertThat(shutdowns.next(SHUTDOWN, SOON)).isEqualTo("guest-panic");
            QmpEvent second = shutdowns.next(
                    event(SHUTDOWN).withData(REASON, "host-qmp-quit").withData(TIME, 5L), SOON);
            assertThat(second.as(SHUTDOWN)).isEqualTo("host-qmp-quit");
            assertThatThrownBy(() -> second.as(new TypedEventType<>("STOP", data -> "")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("as STOP; this is another event");
        }
    }

    @Test
    void a_key_of_another_event_is_refused() {
        assertThatThrownBy(() -> event(QmpEvents.STOP).withData(REASON, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("SHUTDOWN's reason cannot be in the data of STOP; use a key of that event");
    }

    @Test
    void a_typed_event_type_equals_the_plain_one() {
        assertThat(SHUTDOWN).isEqualTo(QmpEvents.SHUTDOWN).hasSameHashCodeAs(QmpEvents.SHUTDOWN);
        assertThat(QmpEvents.SHUTDOWN).isEqualTo(SHUTDOWN).hasToString("SHUTDOWN");
    }
}
