package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An event that QEMU's schema does not have gets the same verdict, whether it comes early or late. */
class OwnEventsTest {

    private final ScriptedVm vm = new ScriptedVm();

    OwnEventsTest() {
        vm.server
                .whenExecuted("query-qmp-schema")
                .replies(List.of(
                        Map.of("name", "STOP", "meta-type", "event", "arg-type", "0"),
                        Map.of("name", "0", "meta-type", "object", "members", List.of())));
    }

    @AfterEach
    void close() {
        vm.close();
    }

    @Test
    void it_fails_although_it_has_come() {
        vm.sends("ACME_BOARD_READY");

        AssertionError early = catchThrowableOfType(
                AssertionError.class, () -> assertThat(vm.qmp).awaitEvent("ACME_BOARD_READY"));
        AssertionError late = catchThrowableOfType(
                AssertionError.class, () -> assertThat(vm.qmp).awaitEvent("ACME_BOARD_READY"));

        assertThat(early)
                .hasMessageContaining(
                        "and it came, but QEMU's schema says that it cannot:\n  No event ACME_BOARD_READY")
                .hasMessageContaining("withoutSchemaCheck()");
        assertThat(late).hasMessageContaining("but that cannot happen:\n  No event ACME_BOARD_READY");
    }

    @Test
    void its_data_fails_although_it_has_come() {
        vm.sends("STOP", Map.of("acme", 1));

        assertThat(catchThrowableOfType(
                        AssertionError.class,
                        () -> assertThat(vm.qmp).awaitEvent("STOP").withData("acme", 1)))
                .hasMessageContaining("STOP has no data \"acme\"");
    }

    @Test
    void it_passes_without_the_schema_whenever_it_comes() {
        vm.sends("ACME_BOARD_READY");

        assertThat(vm.qmp).withoutSchemaCheck().awaitEvent("ACME_BOARD_READY");
    }

    @Test
    void a_declared_event_is_like_any_other() {
        try (ScriptedVm own = ScriptedVm.withOwnEvents("ACME_BOARD_READY")) {
            own.sends("ACME_BOARD_READY", Map.of("slot", 1));

            assertThat(own.qmp).awaitEvent("ACME_BOARD_READY").withData("slot", 1);
            assertThat(own.qmp).receivesNoEvent("ACME_BOARD_READY").during(() -> own.qmp.execute("query-version"));
        }
    }
}
