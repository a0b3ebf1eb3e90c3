package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Events that QEMU's schema does not have are declared in one place: the annotation, the builder, or the configuration. */
class OwnEventsTest {

    @QemuTest
    @Vm(ownEvents = "ACME_BOARD_READY")
    static class ByAnnotation {

        @Test
        void test(QmpClient qmp, @Listen("ACME_BOARD_READY") QmpEventListener board) {
            assertThat(ClientView.of(qmp).isOwnEvent("ACME_BOARD_READY")).isTrue();
            assertThat(ClientView.of(qmp).isOwnEvent("ACME_BOARD_GONE")).isFalse();
            assertThat(board.isEmpty()).isTrue();
        }
    }

    @QemuTest
    static class ByConfiguration {

        @Test
        void test(QmpClient qmp) {
            assertThat(ClientView.of(qmp).isOwnEvent("ACME_BOARD_READY")).isTrue();
            assertThat(ClientView.of(qmp).isOwnEvent("ACME_BOARD_GONE")).isTrue();
        }
    }

    @Test
    void an_annotation_declares_them() {
        Runs.runWell(ByAnnotation.class);
    }

    @Test
    void the_configuration_declares_them_for_all_machines() {
        Runs.runWell(Map.of(ConfigurationKeys.OWN_EVENTS, "ACME_BOARD_READY ACME_BOARD_GONE"), ByConfiguration.class);
    }
}
