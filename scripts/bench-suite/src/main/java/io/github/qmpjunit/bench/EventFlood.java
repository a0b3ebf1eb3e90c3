package io.github.qmpjunit.bench;

import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How many events a second a receiver takes: this thread sends, another one reads, and this one waits until all have been heard. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 1)
@NullUnmarked // JMH fills the fields
public class EventFlood {

    static final String BARE = "bare";

    private static final int EVENTS = 10_000;

    /** Bare Jackson, or the number of a client's listeners. */
    @Param({BARE, "1", "10", "100"})
    public String receiver;

    private final ByteBuffer events = Events.block(EVENTS);
    private final Semaphore blocksHeard = new Semaphore(0);
    private Scratch scratch;
    private BareServer server;
    private AutoCloseable connection;

    /** For JMH. */
    public EventFlood() {}

    /**
     * Connect the receiver.
     *
     * @throws Exception if it cannot
     */
    @Setup
    public void connect() throws Exception {
        scratch = new Scratch();
        server = new BareServer(scratch.folder().resolve("server"));
        connection = receiver.equals(BARE) ? bare() : client(Integer.parseInt(receiver));
    }

    private AutoCloseable bare() throws Exception {
        AFUNIXSocket socket = AFUNIXSocket.connectTo(AFUNIXSocketAddress.of(server.path()));
        socket.getOutputStream().write('\n');
        JsonMapper mapper = JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        JsonParser parser = mapper.createParser(socket.getInputStream());
        mapper.readTree(parser);
        mapper.readTree(parser);
        Thread thread = new Thread(
                () -> {
                    while (true) {
                        for (int i = 0; i < EVENTS; i++) {
                            mapper.readTree(parser);
                        }
                        blocksHeard.release();
                    }
                },
                "bench-bare-reader");
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((dead, end) -> {}); // the connection's
        thread.start();
        return socket;
    }

    private AutoCloseable client(int listeners) {
        QmpClient qmp = QmpClient.connect(QmpAddress.unix(server.path()));
        qmp.events().keepAtMost(1000);
        qmp.register(new Counting().keepAtMost(1000));
        for (int i = 1; i < listeners; i++) {
            qmp.register(new QmpEventListener().keepAtMost(1000));
        }
        return qmp;
    }

    /**
     * Send a block and wait until it is heard.
     *
     * @throws Exception if that is not possible
     */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void flood() throws Exception {
        server.send(events);
        if (!blocksHeard.tryAcquire(1, TimeUnit.MINUTES)) {
            throw new IOException("the events have not been heard within a minute");
        }
    }

    /**
     * Let go.
     *
     * @throws Exception if that is not possible
     */
    @TearDown
    public void close() throws Exception {
        connection.close();
        server.close();
        scratch.close();
    }

    /** Tells when all of a block have come; otherwise an ordinary listener. */
    private final class Counting extends QmpEventListener {

        private int heard;

        @Override
        protected boolean accepts(QmpEvent event) {
            heard++;
            if (heard % EVENTS == 0) {
                blocksHeard.release();
            }
            return super.accepts(event);
        }
    }
}
