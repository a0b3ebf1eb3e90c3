package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;

import io.github.qmpjunit.junit.Listen;
import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEventListener;
import org.junit.jupiter.api.Test;

@QemuTest
class ListenTest {

    @Test
    void a_listener_hears_what_it_is_asked_to(QmpClient qmp, @Listen({"STOP", "RESUME"}) QmpEventListener states) {
        states.clear(); // what came while the machine started
        qmp.execute("stop");
        qmp.execute("system_reset");
        qmp.execute("cont");

        assertThat(states).awaitEvent(STOP).thenEvent(RESUME);
        assertThat(states).isEmpty();
    }
}
