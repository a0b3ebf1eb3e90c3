package io.github.qmpjunit.bench;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.RESUME;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Commands and events on a real QEMU. Each side has a QEMU of its own, so that neither hears the other's events. */
final class RoundTrips implements Measurement {

    /* With the shortest id there is: QEMU reads byte by byte, and whoever tells replies apart must send one. */
    private static final ByteBuffer QUERY_NAME = BareConnection.prepared("{\"execute\":\"query-name\",\"id\":1}");
    private static final ByteBuffer QUERY_NAME_WITHOUT_ID = BareConnection.prepared("{\"execute\":\"query-name\"}");
    private static final ByteBuffer QUERY_SCHEMA =
            BareConnection.prepared("{\"execute\":\"query-qmp-schema\",\"id\":1}");
    private static final ByteBuffer PAUSE = BareConnection.prepared("{\"execute\":\"stop\",\"id\":1}");
    private static final ByteBuffer CONTINUE = BareConnection.prepared("{\"execute\":\"cont\"}");

    @Override
    public String name() {
        return "round-trips";
    }

    @Override
    public List<Row> measure() throws Exception {
        try (Scratch scratch = new Scratch();
                BareQemu bare = BareQemu.start(BareQemu.commandLine(scratch.folder()), scratch.folder());
                QemuMachine machine = QemuMachine.builder()
                        .args(
                                "-chardev",
                                "socket,id=other,server=on,wait=off,path="
                                        + scratch.folder().resolve("other"),
                                "-mon",
                                "chardev=other,mode=control")
                        .start()) {
            List<Row> rows = new ArrayList<>();
            try (ShortSessions sessions =
                    new ShortSessions(QmpAddress.unix(scratch.folder().resolve("other")))) {
                rows.addAll(roundTrip(sessions, bare.connection()));
                rows.add(stopEvent(sessions, bare.connection()));
                rows.add(pipelined(8, sessions, bare.connection()));
                rows.add(pipelined(64, sessions, bare.connection()));
            }
            rows.add(bigReply(machine.qmp(), bare.connection()));
            return rows;
        }
    }

    private static List<Row> roundTrip(ShortSessions sessions, BareConnection bare) throws Exception {
        Pairs.Sample ours = () -> {
            QmpClient qmp = sessions.client();
            long begin = System.nanoTime();
            qmp.execute("query-name");
            return System.nanoTime() - begin;
        };
        Pairs.Sample floor = () -> bareRoundTrip(bare, QUERY_NAME);
        Pairs.Sample withoutId = () -> bareRoundTrip(bare, QUERY_NAME_WITHOUT_ID);
        Pairs.measure(20, 500, ours, floor); // warms up
        return List.of(
                Row.cost(
                        "`execute` round trip (`query-name`)",
                        Pairs.measure(60, 200, ours, floor),
                        Row.Unit.MICROSECONDS,
                        1.10,
                        Notes.ROUND_TRIP),
                Row.shown(
                        "the same against a floor without any id",
                        Pairs.measure(30, 200, ours, withoutId),
                        Row.Unit.MICROSECONDS,
                        Notes.WITHOUT_ID));
    }

    private static double bareRoundTrip(BareConnection bare, ByteBuffer command) throws IOException {
        long begin = System.nanoTime();
        bare.send(command);
        bare.awaitMessages(1);
        return System.nanoTime() - begin;
    }

    private static Row stopEvent(ShortSessions sessions, BareConnection bare) throws Exception {
        Pairs.Sample ours = () -> {
            QmpClient qmp = sessions.client();
            long begin = System.nanoTime();
            qmp.execute("stop");
            assertThat(qmp).awaitEvent(STOP);
            long end = System.nanoTime();
            qmp.execute("cont");
            assertThat(qmp).awaitEvent(RESUME);
            return end - begin;
        };
        Pairs.Sample floor = () -> {
            long begin = System.nanoTime();
            bare.send(PAUSE);
            bare.awaitMessages(2);
            long end = System.nanoTime();
            bare.send(CONTINUE);
            bare.awaitMessages(2);
            return end - begin;
        };
        Pairs.measure(10, 200, ours, floor);
        return Row.cost(
                "`stop` until `awaitEvent(STOP)` returns",
                Pairs.measure(40, 100, ours, floor),
                Row.Unit.MICROSECONDS,
                1.15,
                Notes.STOP_EVENT);
    }

    private static Row pipelined(int callers, ShortSessions sessions, BareConnection bare) throws Exception {
        int commands = 1024;
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            Pairs.Sample ours = () -> {
                QmpClient qmp = sessions.next();
                return commands / seconds(() -> together(threads, callers, commands / callers, qmp));
            };
            Pairs.Sample floor = () -> commands
                    / seconds(() -> {
                        for (int i = 0; i < commands; i++) {
                            bareRoundTrip(bare, QUERY_NAME);
                        }
                    });
            Pairs.measure(6, 1, ours, floor);
            return Row.rate(
                    "pipelined commands, %s callers".formatted(callers),
                    Pairs.measure(20, 1, ours, floor),
                    Row.Unit.PER_SECOND,
                    1.00,
                    "the floor's rate is one caller's");
        } finally {
            threads.shutdown();
        }
    }

    private static void together(ExecutorService threads, int callers, int each, QmpClient qmp) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            running.add(threads.submit(() -> {
                go.await();
                for (int command = 0; command < each; command++) {
                    qmp.execute("query-name");
                }
                return null;
            }));
        }
        go.countDown();
        for (Future<?> caller : running) {
            caller.get();
        }
    }

    private static double seconds(Work work) throws Exception {
        long begin = System.nanoTime();
        work.run();
        return (System.nanoTime() - begin) / 1e9;
    }

    private static Row bigReply(QmpClient qmp, BareConnection bare) throws Exception {
        Pairs.Sample ours = () -> {
            long begin = System.nanoTime();
            qmp.execute("query-qmp-schema");
            return System.nanoTime() - begin;
        };
        Pairs.Sample floor = () -> {
            long begin = System.nanoTime();
            bare.send(QUERY_SCHEMA);
            bare.awaitMessages(1);
            return System.nanoTime() - begin;
        };
        Pairs.measure(10, 20, ours, floor);
        return Row.cost(
                "big reply to tree (`query-qmp-schema`, 207 kB)",
                Pairs.measure(30, 10, ours, floor),
                Row.Unit.MILLISECONDS,
                1.15,
                Notes.BIG_REPLY);
    }

    /** Clients that live for a hundred samples, as a test's do at most: their ids grow. */
    private static final class ShortSessions implements AutoCloseable {

        private static final int SAMPLES = 100;

        private final QmpAddress address;
        private QmpClient current;
        private int taken;

        ShortSessions(QmpAddress address) {
            this.address = address;
            this.current = QmpClient.connect(address);
        }

        /** Return the client for another sample. */
        QmpClient client() {
            taken++;
            return taken > SAMPLES ? next() : current;
        }

        /** Return a new client. */
        QmpClient next() {
            current.close();
            current = QmpClient.connect(address);
            taken = 1;
            return current;
        }

        @Override
        public void close() {
            current.close();
        }
    }

    private interface Work {

        void run() throws Exception;
    }
}
