package io.github.qmpjunit.qmp;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.JOB_STATUS_CHANGE;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events as futures, and events that no server has sent. */
class QmpEventFutureTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final ScriptedQmpServer server = ScriptedQmpServer.start();
    private QmpClient qmp;
    private QmpEventListener listener;

    @BeforeEach
    void connect() {
        server.whenExecuted("query-name").replies();
        qmp = QmpClient.connect(server.address());
        listener = qmp.listen();
    }

    @AfterEach
    void end() {
        qmp.close();
        server.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private void arrive(String... names) {
        List.of(names).forEach(server::sendEvent);
        qmp.execute("query-name");
    }

    @Test
    void several_can_be_gathered_whatever_their_order() throws Exception {
        CompletableFuture<QmpEvent> stopped = listener.nextAsync(event(STOP), SOON);
        CompletableFuture<QmpEvent> resumed = listener.nextAsync(event(RESUME), SOON);
        assertThat(stopped).isNotDone();

        arrive("RESUME", "OTHER", "STOP");

        get(CompletableFuture.allOf(stopped, resumed));
        assertThat(get(stopped).name()).isEqualTo("STOP");
        assertThat(get(resumed).name()).isEqualTo("RESUME");
        assertThat(listener.pending()).extracting(QmpEvent::name).containsExactly("OTHER");
    }

    @Test
    void each_takes_one_event_and_the_first_that_asked_gets_the_first() throws Exception {
        arrive("STOP");
        CompletableFuture<QmpEvent> there = listener.nextAsync(event(STOP), SOON);
        CompletableFuture<QmpEvent> first = listener.nextAsync(event(STOP), SOON);
        CompletableFuture<QmpEvent> second = listener.nextAsync(event(STOP), SOON);
        arrive("STOP", "STOP");

        assertThat(get(there).sequence()).isEqualTo(1);
        assertThat(get(first).sequence()).isEqualTo(2);
        assertThat(get(second).sequence()).isEqualTo(3);
        assertThat(listener.isEmpty()).isTrue();
    }

    @Test
    void what_hangs_on_it_may_execute_commands() throws Exception {
        CompletableFuture<String> chained =
                listener.nextAsync(event(STOP), SOON).thenApply(event -> event.name() + qmp.execute("query-name"));
        arrive("STOP");

        assertThat(get(chained)).isEqualTo("STOP{}");
    }

    @Test
    void one_that_is_cancelled_leaves_the_event_to_others() {
        assertThat(listener.nextAsync(event(STOP), SOON).cancel(false)).isTrue();
        arrive("STOP");

        assertThat(listener.poll(event(STOP))).isPresent();
    }

    @Test
    void it_fails_as_a_wait_does() {
        assertThatThrownBy(() -> get(listener.nextAsync(event("B"), Duration.ofMillis(20))))
                .cause()
                .isInstanceOf(QmpTimeoutException.class)
                .hasMessage("Waited 20 ms in vain for B; the listener has heard 0 events (QMP client \"qmp\")");
        assertThatThrownBy(() -> get(new QmpEventListener().nextAsync(event("B"), SOON)))
                .cause()
                .isInstanceOf(QmpListenerException.class)
                .hasMessageContaining("is not registered");
        CompletableFuture<QmpEvent> removed = listener.nextAsync(event("B"), SOON);
        CompletableFuture<QmpEvent> ended = qmp.events().nextAsync(event("B"), SOON);
        listener.close();
        assertThatThrownBy(() -> get(removed)).hasCauseInstanceOf(QmpListenerException.class);
        server.connection().disconnect();
        assertThatThrownBy(() -> get(ended)).hasCauseInstanceOf(QmpDisconnectedException.class);
    }

    @Test
    void a_matcher_that_throws_fails_its_own_future_only() throws Exception {
        CompletableFuture<QmpEvent> bad = listener.nextAsync(
                event(STOP).where("throws", event -> {
                    throw new IllegalStateException("no");
                }),
                SOON);
        CompletableFuture<QmpEvent> good = listener.nextAsync(event(STOP), SOON);
        arrive("STOP");

        assertThatThrownBy(() -> get(bad)).hasCauseInstanceOf(QmpListenerException.class);
        assertThat(get(good).name()).isEqualTo("STOP");
    }

    @Test
    void a_unit_test_can_make_an_event() {
        QmpEvent made = QmpEvent.of(JOB_STATUS_CHANGE, Map.of("id", "job0", "status", "ready"));

        assertThat(made.is(JOB_STATUS_CHANGE)).isTrue();
        assertThat(made.data("status").asString()).isEqualTo("ready");
        assertThat(made.timestamp()).isPresent();
        assertThat(made.sequence()).isZero();
        assertThat(event(JOB_STATUS_CHANGE).withData("id", "job0").matches(made))
                .isTrue();
        assertThat(QmpEvent.of("STOP", Map.of())).hasToString("STOP");
        assertThat(QmpEvent.parse("<- {\"event\": \"STOP\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 2}}")
                        .timestamp())
                .hasValue(java.time.Instant.ofEpochSecond(1, 2000));
        assertThatThrownBy(() -> QmpEvent.of("STOP", List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> QmpEvent.parse("{}")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void messages_are_logged_by_the_clients_name_with_secrets_masked() {
        List<String> lines = new CopyOnWriteArrayList<>();
        java.util.logging.Logger logger = java.util.logging.Logger.getLogger(QmpClient.class.getName() + ".logged");
        java.util.logging.Handler handler = new java.util.logging.Handler() {
            @Override
            public void publish(java.util.logging.LogRecord line) {
                lines.add(new java.util.logging.SimpleFormatter().formatMessage(line));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.setUseParentHandlers(false);
        logger.setLevel(java.util.logging.Level.FINE);
        logger.addHandler(handler);
        qmp.close(); // a server serves one at a time
        try (QmpClient logged = QmpClient.builder().name("logged").connect(server.address())) {
            server.whenExecuted("set_password").replies();
            logged.execute("set_password", Map.of("protocol", "vnc", "password", "hunter22hunter"));
        } finally {
            logger.removeHandler(handler);
        }

        assertThat(lines.get(0)).startsWith("logged received: {\"QMP\":");
        assertThat(lines.get(1)).isEqualTo("logged sent: {\"execute\":\"qmp_capabilities\",\"id\":-1}");
        assertThat(lines).anySatisfy(line -> assertThat(line).contains("set_password", "***"));
        assertThat(lines).noneMatch(line -> line.contains("hunter22"));
    }
}
