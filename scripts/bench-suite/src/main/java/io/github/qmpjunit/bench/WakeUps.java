package io.github.qmpjunit.bench;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.qmp.QmpEvents.STOP;

import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.locks.LockSupport;

/** How long after an event's arrival at the socket the one who waits for it runs. */
final class WakeUps implements Measurement {

    private static final ByteBuffer EVENT = BareConnection.prepared(
            "{\"timestamp\": {\"seconds\": 1795300000, \"microseconds\": 123456}, \"event\": \"STOP\"}\r");

    /** Long enough for whoever waits to be asleep. */
    private static final long PAUSE_NANOS = 1_000_000;

    private static final double TARGET_MICROS = 1000;

    @Override
    public String name() {
        return "wake-ups";
    }

    @Override
    public List<Row> measure() throws Exception {
        try (Scratch scratch = new Scratch();
                Side ours = new Side(scratch.folder().resolve("ours"));
                Side floor = new Side(scratch.folder().resolve("floor"));
                QmpClient qmp = QmpClient.connect(QmpAddress.unix(ours.path()));
                BareConnection bare = floor.connect().shakeHands()) {
            qmp.events().keepAtMost(1000);
            Pairs.Sample client =
                    () -> ours.wakeUp(() -> assertThat(qmp).withoutSchemaCheck().awaitEvent(STOP));
            Pairs.Sample thread = () -> floor.wakeUp(() -> bare.awaitMessages(1));
            Pairs.measure(10, 100, client, thread);
            Pairs pairs = Pairs.measure(30, 50, client, thread);
            return List.of(
                    Row.shown(
                            "wake-up: an event's arrival until the waiter runs",
                            pairs,
                            Row.Unit.MICROSECONDS,
                            "the waiter is in `awaitEvent`; the floor's in read(2)"),
                    Row.judged(
                            "an await returns after its event's arrival within",
                            Row.Unit.MICROSECONDS.format(pairs.ours()),
                            "at most 1 ms",
                            pairs.ours() / 1e3 <= TARGET_MICROS,
                            ""));
        }
    }

    /** One connection, with the thread that sends into it. */
    private static final class Side implements AutoCloseable {

        private final BareServer server;
        private final SynchronousQueue<Boolean> order = new SynchronousQueue<>();
        private volatile long sentNanos;

        Side(Path path) throws Exception {
            server = new BareServer(path);
            Thread sender = new Thread(this::send, "bench-sender");
            sender.setDaemon(true);
            sender.start();
        }

        Path path() {
            return server.path();
        }

        BareConnection connect() throws Exception {
            return server.connect();
        }

        private void send() {
            try {
                while (true) {
                    order.take();
                    LockSupport.parkNanos(PAUSE_NANOS);
                    sentNanos = System.nanoTime();
                    server.send(EVENT);
                }
            } catch (Exception e) {
                // The measurement is over.
            }
        }

        double wakeUp(Wait wait) throws Exception {
            order.put(true);
            wait.await();
            return System.nanoTime() - sentNanos;
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private interface Wait {

        void await() throws Exception;
    }
}
