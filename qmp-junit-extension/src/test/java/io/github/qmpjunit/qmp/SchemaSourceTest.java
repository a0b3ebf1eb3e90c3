package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When the schema is asked for, when it is not, and what happens when it cannot be had. */
class SchemaSourceTest {

    private static final String QUERY = "query-qmp-schema";
    private static final String HINT = "No command \"query-statuss\"; did you mean \"query-status\"?";
    private static final String SCHEMA = """
            "return": [
              {"meta-type": "command", "name": "query-status", "arg-type": "0", "ret-type": "0"},
              {"meta-type": "object", "name": "0", "members": []}]
            """;

    private final FakePeer peer =
            new FakePeer("10.0").answering(QUERY, SCHEMA).answering("query-status", "\"return\": {}");

    @Test
    void nobody_asks_while_all_goes_well() {
        try (QmpClient qmp = connected(peer)) {
            qmp.execute("query-status");
            peer.answering(
                            "stop",
                            "\"error\": {\"class\": \"GenericError\", \"desc\": \"no arguments, no typing mistake\"}")
                    .answering(
                            "eject", "\"error\": {\"class\": \"DeviceNotFound\", \"desc\": \"Device 'x' not found\"}");
            assertThat(errorOf(qmp, QmpCommand.of("stop")).hint()).isEmpty();
            assertThat(errorOf(qmp, QmpCommand.of("eject", Map.of("device", "x")))
                            .hint())
                    .isEmpty();

            assertThat(peer.count(QUERY)).isZero();
        }
    }

    @Test
    void a_connection_asks_once_and_the_next_one_again() {
        QmpClient qmp = connected(peer);
        for (int i = 0; i < 3; i++) {
            assertThat(errorOf(qmp, QmpCommand.of("query-statuss")).hint()).hasValue(HINT);
            assertThat(qmp.schema().hasCommand("query-status")).isTrue();
        }
        assertThat(peer.count(QUERY)).isOne();

        qmp.close();
        open(qmp, peer);
        qmp.schema();

        assertThat(peer.count(QUERY)).isEqualTo(2);
        qmp.close();
    }

    @Test
    void threads_that_fail_together_ask_once() throws InterruptedException {
        try (QmpClient qmp = connected(peer)) {
            List<String> hints = new CopyOnWriteArrayList<>();
            List<Thread> threads = IntStream.range(0, 8)
                    .mapToObj(i -> new Thread(() -> hints.add(
                            errorOf(qmp, QmpCommand.of("query-statuss")).hint().orElse("none"))))
                    .toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }

            assertThat(hints).hasSize(8).containsOnly(HINT);
            assertThat(peer.count(QUERY)).isOne();
        }
    }

    @Test
    void a_peer_without_schema_leaves_the_plain_error_and_is_not_asked_again() {
        peer.answering(QUERY, "\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no such\"}");
        try (QmpClient qmp = connected(peer)) {
            assertPlain(errorOf(qmp, QmpCommand.of("query-statuss")));
            assertPlain(errorOf(qmp, QmpCommand.of("query-statuss")));
            assertThat(peer.count(QUERY)).isOne();

            assertThatThrownBy(qmp::schema)
                    .isInstanceOf(QmpErrorException.class)
                    .hasMessageContaining("no such");
        }
    }

    @Test
    void a_peer_that_keeps_silent_leaves_the_plain_error() {
        peer.answering(QUERY, FakePeer.SILENCE);
        try (QmpClient qmp = QmpClient.builder().timeout(Duration.ofMillis(300)).build()) {
            open(qmp, peer);
            assertPlain(errorOf(qmp, QmpCommand.of("query-statuss")));
            assertPlain(errorOf(qmp, QmpCommand.of("query-statuss")));
            assertThat(peer.count(QUERY)).isOne();

            assertThatThrownBy(qmp::schema)
                    .isInstanceOf(QmpTimeoutException.class)
                    .hasMessageContaining(QUERY);
            assertThat(qmp.execute("query-status")).isEmpty();
        }
    }

    @Test
    void a_peer_that_hangs_up_leaves_the_plain_error() {
        peer.answering(QUERY, FakePeer.HANGS_UP);
        try (QmpClient qmp = connected(peer)) {
            QmpErrorException error = errorOf(qmp, QmpCommand.of("query-statuss"));

            assertPlain(error);
            assertThat(error.getSuppressed())
                    .as("somebody must be told")
                    .singleElement()
                    .isInstanceOf(QmpDisconnectedException.class);
            assertThatThrownBy(qmp::schema).isInstanceOf(QmpDisconnectedException.class);
        }
    }

    @Test
    void a_peer_that_talks_nonsense_leaves_the_plain_error() {
        peer.answering(QUERY, "\"return\": [5]");
        try (QmpClient qmp = connected(peer)) {
            assertPlain(errorOf(qmp, QmpCommand.of("query-statuss")));
            assertThatThrownBy(qmp::schema)
                    .isInstanceOf(QmpProtocolException.class)
                    .hasMessageContaining(QUERY)
                    .hasMessageContaining("schema entities");
        }
    }

    @Test
    void an_owner_who_cannot_tell_the_program_does_not_hide_the_error() {
        Supplier<String> failing = () -> {
            throw new IllegalStateException("who?");
        };
        try (QmpClient qmp = QmpClient.builder().peer(programNamedBy(failing)).build()) {
            open(qmp, peer);
            assertPlain(errorOf(qmp, QmpCommand.of("query-statuss")));
        }
    }

    @Test
    void an_interrupted_thread_gets_the_plain_error_and_the_next_one_the_hint() {
        peer.answering(QUERY, FakePeer.SILENCE);
        try (QmpClient qmp = connected(peer)) {
            Thread me = Thread.currentThread();
            Thread interrupter = new Thread(() -> {
                while (peer.count(QUERY) == 0) {
                    Thread.onSpinWait();
                }
                me.interrupt();
            });
            interrupter.start();

            assertPlain(errorOf(qmp, QmpCommand.of("query-statuss")));
            assertThat(Thread.interrupted()).as("the flag is set again").isTrue();

            peer.answering(QUERY, SCHEMA);
            assertThat(errorOf(qmp, QmpCommand.of("query-statuss")).hint()).hasValue(HINT);
        }
    }

    @Test
    void clients_of_the_same_program_share_through_their_cache() {
        QmpSchema first = schemaThrough("shared program", peer);

        assertThat(schemaThrough("shared program", peer)).isSameAs(first);
        assertThat(peer.count(QUERY)).isOne();
    }

    @Test
    void clients_of_other_programs_or_versions_do_not_share() {
        QmpSchema first = schemaThrough("program a", peer);

        assertThat(schemaThrough("program b", peer)).isNotSameAs(first);
        assertThat(schemaThrough("program a", new FakePeer("10.1").answering(QUERY, SCHEMA)))
                .isNotSameAs(first);
        assertThat(schemaThrough("", peer)).isNotSameAs(schemaThrough("", peer)).isNotSameAs(first);
    }

    @Test
    void a_peer_that_may_be_busy_is_not_asked() {
        try (QmpClient qmp = QmpClient.builder().outOfBand().build()) {
            open(qmp, peer);
            assertThat(errorOf(qmp, QmpCommand.of("query-statuss").outOfBand()).hint())
                    .isEmpty();
            assertThat(peer.count(QUERY)).isZero();

            qmp.schema();
            assertThat(errorOf(qmp, QmpCommand.of("query-statuss").outOfBand()).hint())
                    .hasValue(HINT);
        }
    }

    @Test
    void an_idle_client_has_no_schema() {
        assertThatThrownBy(() -> QmpClient.builder().build().schema())
                .isInstanceOf(QmpStateException.class)
                .hasMessageContaining("cannot execute query-qmp-schema: it is IDLE");
    }

    private static QmpSchema schemaThrough(String program, FakePeer peer) {
        try (QmpClient qmp =
                QmpClient.builder().peer(programNamedBy(() -> program)).build()) {
            open(qmp, peer);
            return qmp.schema();
        }
    }

    private static QmpPeer programNamedBy(Supplier<String> key) {
        return new QmpPeer() {
            @Override
            public String program() {
                return key.get();
            }
        };
    }

    private static QmpClient connected(FakePeer peer) {
        QmpClient qmp = QmpClient.builder().build();
        open(qmp, peer);
        return qmp;
    }

    private static void open(QmpClient qmp, FakePeer peer) {
        qmp.open(peer, "a fake peer", Duration.ofSeconds(10));
    }

    private static QmpErrorException errorOf(QmpClient qmp, QmpCommand command) {
        return catchThrowableOfType(QmpErrorException.class, () -> qmp.execute(command));
    }

    private static void assertPlain(QmpErrorException error) {
        assertThat(error.hint()).isEmpty();
        assertThat(error)
                .hasMessage(
                        "CommandNotFound: no query-statuss%n  in reply to QMP client \"qmp\": {\"execute\":\"query-statuss\"}"
                                .formatted());
    }
}
