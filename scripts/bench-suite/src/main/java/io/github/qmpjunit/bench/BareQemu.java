package io.github.qmpjunit.bench;

import io.github.qmpjunit.qemu.QemuMachine;
import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The floor of a machine's life: spawn, accept, handshake; quit and wait. Nothing is watched, and nothing is cleaned up in time. */
final class BareQemu implements AutoCloseable {

    private static final ByteBuffer QUIT = BareConnection.prepared("{\"execute\":\"quit\"}");

    private final Process process;
    private final BareConnection connection;
    private final Path socket;

    private BareQemu(Process process, BareConnection connection, Path socket) {
        this.process = process;
        this.connection = connection;
        this.socket = socket;
    }

    /**
     * Start one.
     *
     * @param commandLine as {@link #commandLine} returns it
     */
    static BareQemu start(List<String> commandLine, Path folder) throws IOException {
        Path socket = folder.resolve("bare");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket), 1);
            Process process = new ProcessBuilder(commandLine)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            BareConnection connection = new BareConnection(server.accept()).shakeHands();
            return new BareQemu(process, connection, socket);
        }
    }

    /** Return the command line with which our own machine is started, with the bare one's socket in it. */
    static List<String> commandLine(Path folder) {
        try (QemuMachine machine = QemuMachine.builder().start()) {
            List<String> line = new ArrayList<>();
            for (String argument : machine.commandLine()) {
                line.add(
                        argument.startsWith("socket,id=qmp,")
                                ? "socket,id=qmp,server=off,path=" + folder.resolve("bare")
                                : argument);
            }
            return line;
        }
    }

    BareConnection connection() {
        return connection;
    }

    /** Quit, and wait until the process is gone. */
    @Override
    public void close() throws IOException {
        connection.send(QUIT);
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        connection.close();
        Files.deleteIfExists(socket);
    }
}
