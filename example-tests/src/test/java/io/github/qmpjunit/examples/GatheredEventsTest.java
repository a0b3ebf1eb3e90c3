package io.github.qmpjunit.examples;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Several events are awaited at once, as futures. */
@QemuTest
class GatheredEventsTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void gathers_two_events(QmpClient qmp) {
        try (QmpEventListener listener = qmp.listen(STOP, RESUME)) {
            var stopped = listener.nextAsync(event(STOP), SOON);
            var resumed = listener.nextAsync(event(RESUME), SOON);

            qmp.execute("stop");
            qmp.execute("cont");

            assertThat(CompletableFuture.allOf(stopped, resumed)).succeedsWithin(SOON);
        }
    }
}
