package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.qmpjunit.qemu.Attachment;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** A failed test's machine stays up, if that is wanted, until somebody has seen enough. */
class HoldTest {

    private static final BlockingQueue<QemuMachine> HELD = new LinkedBlockingQueue<>();

    /** Of RFB. */
    private static final byte NO_SECURITY = 1;

    private static final byte SHARED = 1;

    @QemuTest
    static class Failing {

        @Test
        @Vm(machine = "q35", args = "-S")
        void test(QemuMachine vm) {
            HELD.add(vm);
            throw new AssertionError("to be looked into");
        }
    }

    @QemuTest
    static class Passing {

        @Test
        void test(QemuMachine vm) {
            assertThat(vm.attachment()).isPresent();
        }
    }

    private static Events run(Class<?> type, String... configuration) {
        EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter").selectors(selectClass(type));
        for (int i = 0; i < configuration.length; i += 2) {
            kit.configurationParameter(configuration[i], configuration[i + 1]);
        }
        return kit.execute().testEvents();
    }

    @Test
    void a_failed_test_waits_while_others_attach_to_its_machine() throws Exception {
        AtomicReference<Events> result = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        Thread runner = new Thread(() -> {
            result.set(run(Failing.class, ConfigurationKeys.HOLD, "on-failure"));
            ended.countDown();
        });
        runner.start();
        QemuMachine vm = HELD.poll(1, TimeUnit.MINUTES);
        assertThat(vm).isNotNull();
        Attachment sockets = vm.attachment().orElseThrow();

        try (QmpClient other = QmpClient.connect(QmpAddress.unix(sockets.monitor()))) {
            assertThat(other.execute("query-status").path("status").asString()).isEqualTo("prelaunch");
            assertThat(nameOnScreen(sockets.vnc().orElseThrow())).startsWith("QEMU");
            assertThat(ended.getCount()).as("the test's end waits").isOne();
            other.execute("quit");
        }

        assertThat(ended.await(1, TimeUnit.MINUTES)).isTrue();
        result.get().assertStatistics(statistics -> statistics.failed(1));
        assertThat(sockets.monitor()).doesNotExist();
    }

    /** Shake hands as a VNC viewer does (RFC 6143), and return what it would write above its window. */
    private static String nameOnScreen(Path socket) throws IOException {
        try (AFUNIXSocket viewer = AFUNIXSocket.connectTo(AFUNIXSocketAddress.of(socket))) {
            viewer.setSoTimeout((int) TimeUnit.MINUTES.toMillis(1));
            DataInputStream server = new DataInputStream(viewer.getInputStream());
            OutputStream output = viewer.getOutputStream();
            byte[] version = new byte[12];
            server.readFully(version);
            assertThat(new String(version, StandardCharsets.US_ASCII)).isEqualTo("RFB 003.008\n");
            output.write(version);
            byte[] securities = new byte[server.readUnsignedByte()];
            server.readFully(securities);
            assertThat(securities).contains(NO_SECURITY);
            output.write(NO_SECURITY);
            assertThat(server.readInt()).as("result of the security handshake").isZero();
            output.write(SHARED);
            assertThat(server.readUnsignedShort()).as("width").isPositive();
            assertThat(server.readUnsignedShort()).as("height").isPositive();
            server.readFully(new byte[16]); // the pixels' format
            byte[] name = new byte[server.readInt()];
            server.readFully(name);
            return new String(name, StandardCharsets.UTF_8);
        }
    }

    @Test
    void the_gdb_server_listens_when_it_is_told_to() {
        try (QemuMachine vm = QemuMachine.builder()
                        .machine("q35")
                        .paused()
                        .attachable()
                        .start();
                QemuMachine none = QemuMachine.builder().attachable().start()) {
            vm.startGdbServer();

            assertThat(vm.attachment().orElseThrow().gdb()).matches(Files::exists, "is there");
            assertThat(none.attachment().orElseThrow().vnc())
                    .as("a display without hardware")
                    .isEmpty();
            assertThatThrownBy(none::startGdbServer)
                    .isInstanceOf(QemuException.class)
                    .hasMessageStartingWith("The gdb server of machine \"vm\" does not listen: ");
        }
    }

    @Test
    void a_test_that_passes_is_not_held_and_a_limit_ends_the_wait() {
        run(Passing.class, ConfigurationKeys.HOLD, "on-failure")
                .assertStatistics(statistics -> statistics.succeeded(1));
        assertThat(run(Limited.class, ConfigurationKeys.HOLD, "on-failure", ConfigurationKeys.HOLD_LIMIT, "PT0.01S")
                        .failed()
                        .count())
                .isOne();
    }

    @QemuTest
    static class Limited {

        @Test
        void test(QemuMachine vm) {
            throw new AssertionError("of " + vm);
        }
    }
}
