package io.github.qmpjunit.bench;

import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What {@link Memory} runs in a new JVM; tells bytes on standard output: per client, per bare connection, and growth. */
final class MemoryRun {

    private static final int CLIENTS = 200;
    private static final int BLOCK = 1000;

    private MemoryRun() {}

    /**
     * Weigh.
     *
     * @param arguments none
     * @throws Exception if that is not possible
     */
    public static void main(String[] arguments) throws Exception {
        try (Scratch scratch = new Scratch();
                BareServer server = new BareServer(scratch.folder().resolve("server"))) {
            QmpClient.connect(QmpAddress.unix(server.path())).close(); // loads classes
            server.connect().shakeHands().close();
            System.out.println(weigh(() -> QmpClient.connect(QmpAddress.unix(server.path()))));
            System.out.println(weigh(() -> server.connect().shakeHands()));
        }
        try (Scratch scratch = new Scratch();
                BareServer server = new BareServer(scratch.folder().resolve("server"));
                QmpClient qmp = QmpClient.connect(QmpAddress.unix(server.path()))) {
            qmp.events().keepAtMost(BLOCK);
            receive(100, server, qmp);
            long before = used();
            receive(900, server, qmp);
            System.out.println(used() - before);
        }
    }

    private static long weigh(Opening opening) throws Exception {
        long before = used();
        List<AutoCloseable> open = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            open.add(opening.open());
        }
        long each = (used() - before) / CLIENTS;
        for (AutoCloseable connection : open) {
            connection.close();
        }
        return each;
    }

    private static void receive(int blocks, BareServer server, QmpClient qmp) throws Exception {
        ByteBuffer block = Events.block(BLOCK);
        for (int i = 0; i < blocks; i++) {
            server.send(block);
            for (int event = 0; event < BLOCK; event++) {
                qmp.events().next(Duration.ofSeconds(30));
            }
        }
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private interface Opening {

        AutoCloseable open() throws Exception;
    }
}
