package io.github.qmpjunit.qmp;

import io.github.qmpjunit.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** A QMP server that brings a session about and then reads only when the test says so. */
final class ScriptedPeer implements AutoCloseable {

    private static final String GREETING =
            "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 9, \"minor\": 9, \"micro\": 9}, \"package\": \"\"}, \"capabilities\": []}}";

    private final ServerSocket server;
    private final CountDownLatch inSession = new CountDownLatch(1);
    private Socket socket;
    private InputStream input;
    private OutputStream output;
    private BufferedReader reader;

    private ScriptedPeer(ServerSocket server, Layer layer) {
        this.server = server;
        Thread thread = new Thread(() -> bringAboutASession(layer), "scripted-peer");
        thread.setDaemon(true);
        thread.start();
    }

    static ScriptedPeer overTcp(Layer layer) throws IOException {
        return new ScriptedPeer(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()), layer);
    }

    static ScriptedPeer overUnix(Path path, Layer layer) throws IOException {
        AFUNIXServerSocket server = AFUNIXServerSocket.newInstance();
        server.bind(AFUNIXSocketAddress.of(path), 1);
        return new ScriptedPeer(server, layer);
    }

    /** Return a layer of TLS, spoken as a server with the context's certificate. */
    static Layer tls(SSLContext context) {
        return socket -> {
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, "client", -1, true);
            tls.setUseClientMode(false);
            return tls;
        };
    }

    int port() {
        return server.getLocalPort();
    }

    private void bringAboutASession(Layer layer) {
        try {
            socket = layer.over(server.accept());
            input = socket.getInputStream();
            output = socket.getOutputStream();
            reader = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
            send(GREETING);
            answer(reader.readLine());
            inSession.countDown();
        } catch (IOException e) {
            // No session comes about; the client tells why.
        }
    }

    /** Return the next line, or {@code null} at an orderly end of the stream. */
    String readLine() throws IOException {
        awaitSession();
        return reader.readLine();
    }

    /** Return the next character, or -1 at an orderly end of the stream. */
    int readChar() throws IOException {
        awaitSession();
        return reader.read();
    }

    private void awaitSession() throws IOException {
        try {
            if (!inSession.await(10, TimeUnit.SECONDS)) {
                throw new IOException("no session came about");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    void answer(String line) throws IOException {
        send("{\"return\": {}, \"id\": " + Json.MAPPER.readTree(line).get("id") + "}");
    }

    /** Answer every further line, on another thread. */
    void answerAll() {
        Thread thread = new Thread(
                () -> {
                    try {
                        for (String line = readLine(); line != null; line = readLine()) {
                            answer(line);
                        }
                    } catch (IOException e) {
                        // The client is gone.
                    }
                },
                "scripted-peer-answers");
        thread.setDaemon(true);
        thread.start();
    }

    private void send(String line) throws IOException {
        output.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        output.flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
        if (socket != null) {
            socket.close();
        }
    }

    /** What is laid over the accepted socket: nothing, or TLS. */
    interface Layer {

        /** Plain QMP. */
        Layer NONE = socket -> socket;

        Socket over(Socket socket) throws IOException;
    }
}
