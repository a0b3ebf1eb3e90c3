package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** What was written arrives, or waits, but keeps nobody. */
class PeerThatDoesNotReadTest {

    private static final Duration BRIEF = Duration.ofMillis(200);

    private static QmpCommand ofSize(int bytes) {
        return QmpCommand.of("big", Map.of("filler", "x".repeat(bytes)));
    }

    enum Kind {
        UNIX,
        TCP,
        STREAMS,
        TLS;

        /** Return a command that no system's buffers take; TLS makes much of it. */
        QmpCommand big() {
            return ofSize(this == TLS ? 150_000 : 8_000_000);
        }
    }

    /** A peer and a client of the kind. */
    private record Pair(ScriptedPeer peer, QmpClient qmp) implements AutoCloseable {

        static Pair of(Kind kind, Path dir) throws IOException, GeneralSecurityException {
            ScriptedPeer.Layer plain = ScriptedPeer.Layer.NONE;
            if (kind == Kind.UNIX) {
                Path path = dir.resolve("qmp");
                return connect(ScriptedPeer.overUnix(path, plain), QmpAddress.unix(path));
            }
            if (kind == Kind.TLS) {
                TestAuthority authority = new TestAuthority("Test CA");
                ScriptedPeer peer = ScriptedPeer.overTcp(
                        ScriptedPeer.tls(authority.server("127.0.0.1").context()));
                return connect(peer, QmpAddress.tls("127.0.0.1", peer.port(), authority.contextOfAStranger()));
            }
            ScriptedPeer peer = ScriptedPeer.overTcp(plain);
            if (kind == Kind.STREAMS) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), peer.port());
                return connect(peer, QmpAddress.streams(socket.getInputStream(), socket.getOutputStream()));
            }
            return connect(peer, QmpAddress.tcp("127.0.0.1", peer.port()));
        }

        private static Pair connect(ScriptedPeer peer, QmpAddress address) {
            return new Pair(peer, QmpClient.connect(address));
        }

        @Override
        public void close() throws IOException {
            try (peer) {
                qmp.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void keeps_nobody_beyond_his_time_out_and_may_go_on_later(Kind kind, @TempDir Path dir) throws Exception {
        try (Pair pair = Pair.of(kind, dir)) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> pair.qmp.execute(kind.big().withTimeout(BRIEF)))
                    .isInstanceOf(QmpTimeoutException.class)
                    .hasMessageContaining("within 200 ms: the peer has not read all of it");
            assertThatThrownBy(() -> pair.qmp.execute(QmpCommand.of("small").withTimeout(BRIEF)))
                    .isInstanceOf(QmpTimeoutException.class)
                    .hasMessageContaining("another command is still being written");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));

            String whole = pair.peer.readLine();
            assertThat(Json.MAPPER.readTree(whole).get("arguments"))
                    .isEqualTo(kind.big().arguments().orElseThrow());
            pair.peer.answer(whole);
            pair.peer.answerAll();
            assertThat(pair.qmp.execute("afterwards")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void does_not_hinder_an_interrupt(Kind kind, @TempDir Path dir) throws Exception {
        try (Pair pair = Pair.of(kind, dir)) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                try {
                    pair.qmp.execute(kind.big().withTimeout(Duration.ofMinutes(1)));
                } catch (QmpException e) {
                    thrown.set(e);
                }
            });
            thread.start();
            thread.interrupt();
            thread.join(TimeUnit.SECONDS.toMillis(10));

            assertThat(thrown.get()).isInstanceOf(QmpInterruptedException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void does_not_hinder_a_close_which_tells_who_still_writes(Kind kind, @TempDir Path dir) throws Exception {
        try (Pair pair = Pair.of(kind, dir)) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            CountDownLatch done = new CountDownLatch(1);
            Thread thread = new Thread(() -> {
                try {
                    pair.qmp.execute(kind.big().withTimeout(Duration.ofMinutes(1)));
                } catch (QmpException e) {
                    thrown.set(e);
                } finally {
                    done.countDown();
                }
            });
            thread.start();
            String message = "";
            while (!message.contains("another command is still being written")) {
                message = catchThrowable(
                                () -> pair.qmp.execute(QmpCommand.of("small").withTimeout(Duration.ofMillis(20))))
                        .getMessage();
            }
            long start = System.nanoTime();

            pair.qmp.close();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(thrown.get())
                    .isInstanceOf(QmpDisconnectedException.class)
                    .hasMessageContaining("was closed");
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void does_not_hinder_a_close_that_others_do_not_notice_yet(Kind kind, @TempDir Path dir) throws Exception {
        try (Pair pair = Pair.of(kind, dir)) {
            List<String> wrong = new CopyOnWriteArrayList<>();
            List<Thread> threads = new ArrayList<>();
            CountDownLatch underWay = new CountDownLatch(4);
            for (int i = 0; i < 4; i++) {
                threads.add(new Thread(() -> {
                    Throwable thrown = null;
                    while (thrown == null || thrown instanceof QmpTimeoutException) {
                        thrown = catchThrowable(
                                () -> pair.qmp.execute(QmpCommand.of("small").withTimeout(Duration.ofMillis(5))));
                        underWay.countDown();
                    }
                    if (!(thrown instanceof QmpDisconnectedException) && !(thrown instanceof QmpStateException)) {
                        wrong.add(thrown.toString());
                    }
                }));
            }
            threads.forEach(Thread::start);
            assertThat(underWay.await(10, TimeUnit.SECONDS)).isTrue();
            long start = System.nanoTime();

            pair.qmp.close();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(5));
                assertThat(thread.isAlive()).isFalse();
            }
            assertThat(wrong).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void gets_all_that_was_written_before_a_close(Kind kind, @TempDir Path dir) throws Exception {
        try (Pair pair = Pair.of(kind, dir)) {
            for (int i = 0; i < 20; i++) {
                pair.qmp.executeAsync(QmpCommand.of("farewell-" + i, Map.of("filler", "x".repeat(200))));
            }
            pair.qmp.close();

            for (int i = 0; i < 20; i++) {
                assertThat(pair.peer.readLine())
                        .contains("\"farewell-" + i + "\"")
                        .endsWith("}");
            }
            assertThat(pair.peer.readLine()).as("the end, in good order").isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void keeps_no_asynchronous_caller_and_gets_all_in_the_order_in_which_it_was_given(Kind kind, @TempDir Path dir)
            throws Exception {
        try (Pair pair = Pair.of(kind, dir)) {
            Duration aMinute = Duration.ofMinutes(1); // which an asynchronous call does not wait for
            List<CompletableFuture<JsonNode>> replies = new ArrayList<>();
            replies.add(pair.qmp.executeAsync(kind.big().withTimeout(aMinute)));
            replies.add(pair.qmp.executeAsync(QmpCommand.of("second").withTimeout(aMinute)));
            CompletableFuture<JsonNode> cancelled =
                    pair.qmp.executeAsync(QmpCommand.of("cancelled").withTimeout(aMinute));
            replies.add(pair.qmp.executeAsync(QmpCommand.of("third").withTimeout(aMinute)));
            assertThat(replies).noneMatch(CompletableFuture::isDone);
            cancelled.cancel(false);
            Thread fourth =
                    new Thread(() -> pair.qmp.execute(QmpCommand.of("fourth").withTimeout(aMinute)));
            fourth.start();

            for (String name : List.of("big", "second", "third", "fourth")) {
                String line = pair.peer.readLine();
                assertThat(Json.MAPPER.readTree(line).path("execute").asString())
                        .isEqualTo(name);
                pair.peer.answer(line);
            }
            for (CompletableFuture<JsonNode> reply : replies) {
                assertThat(reply.get(10, TimeUnit.SECONDS)).isEmpty();
            }
            fourth.join(TimeUnit.SECONDS.toMillis(10));
            assertThat(fourth.isAlive()).isFalse();
        }
    }

    @Test
    void gets_what_is_being_written_during_a_close_if_it_reads_then(@TempDir Path dir) throws Exception {
        try (Pair pair = Pair.of(Kind.UNIX, dir)) {
            Thread writer = new Thread(() -> assertThatThrownBy(() -> pair.qmp.execute(ofSize(400_000)))
                    .isInstanceOf(QmpDisconnectedException.class));
            writer.start();
            int begun = pair.peer.readChar();
            Thread closer = new Thread(pair.qmp::close);
            closer.start();

            String rest = pair.peer.readLine();
            closer.join();
            writer.join();

            assertThat(Json.MAPPER.readTree((char) begun + rest).get("arguments"))
                    .isEqualTo(ofSize(400_000).arguments().orElseThrow());
        }
    }

    @Test
    void many_small_commands_without_a_reply_do_not_block_either(@TempDir Path dir) throws Exception {
        try (Pair pair = Pair.of(Kind.UNIX, dir)) {
            QmpCommand command =
                    QmpCommand.of("small", Map.of("filler", "x".repeat(3000))).withTimeout(Duration.ofMillis(5));
            int sent = 0;
            String message;
            do {
                long start = System.nanoTime();
                message = catchThrowable(() -> pair.qmp.execute(command)).getMessage();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
                sent++;
            } while (!message.contains("the peer has not read") && sent < 1000);

            assertThat(message).as("after " + sent).contains("the peer has not read");
        }
    }

    @Test
    void ordinary_commands_need_no_thread_of_their_own() {
        try (QemuMachine machine = QemuMachine.builder().name("no-hop").start()) {
            for (int i = 0; i < 100; i++) {
                machine.qmp().execute("query-status");
            }
            assertThat(ConnectingTest.threadNames())
                    .contains("qmp-reader-no-hop")
                    .doesNotContain("qmp-writer-no-hop");

            assertThatThrownBy(() -> machine.qmp().execute(ofSize(10_000))).isInstanceOf(QmpErrorException.class);
            assertThat(ConnectingTest.threadNames()).as("as a long one does").contains("qmp-writer-no-hop");
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void a_stopped_QEMU_goes_on_where_it_was() throws Exception {
        try (QemuMachine machine = QemuMachine.builder().start()) {
            signal("STOP", machine);
            try {
                assertThatThrownBy(() -> machine.qmp().execute(ofSize(250_000).withTimeout(BRIEF)))
                        .isInstanceOf(QmpTimeoutException.class)
                        .hasMessageContaining("the peer has not read");
            } finally {
                signal("CONT", machine);
            }

            assertThat(machine.qmp().execute("query-status").path("status").asString())
                    .matches(Pattern.compile("running|prelaunch"));
        }
    }

    private static void signal(String name, QemuMachine machine) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(machine.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(kill.exitValue()).isZero();
    }
}
