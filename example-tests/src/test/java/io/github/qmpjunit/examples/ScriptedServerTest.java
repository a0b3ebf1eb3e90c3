package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.scripted.ReceivedCommand;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Code that speaks QMP, tested against a server that does what the test says: what a real QEMU cannot be made to do. */
class ScriptedServerTest {

    @Test
    void a_machine_that_takes_two_attempts_to_stop() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start()) {
            server.whenExecuted("query-status").replies(Map.of("status", "running"));
            server.whenExecuted("stop")
                    .repliesWithError("GenericError", "not now")
                    .does(command -> command.sendEvent("STOP").reply());

            pause(server);

            assertThat(server.received()).extracting(ReceivedCommand::name).contains("query-status", "stop", "stop");
        }
    }

    /** What would be your own code. */
    private static void pause(ScriptedQmpServer server) {
        try (QmpClient qmp = QmpClient.connect(QmpAddress.unix(server.socket()))) {
            assertThat(qmp).executing("query-status").returns("status", "running");
            assertThat(qmp).executing("stop").failsWithDescriptionContaining("not now");
            assertThat(qmp).executing("stop").succeeds();
            assertThat(qmp).awaitEvent(STOP);
        }
    }
}
