package io.github.qmpjunit.qmp.scripted;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.json.JsonValues;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apiguardian.api.API;
import org.newsclub.net.unix.AFUNIXSocket;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One client's connection with a scripted server. It can send any bytes, well-formed or not.
 *
 * <p>Each send is one write, so the test chooses how the bytes are split. Thread-safe. Methods that
 * send return the connection itself.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class ScriptedConnection {

    private final AFUNIXSocket socket;
    private final OutputStream output;
    private final JsonNode greeting;
    private final ReentrantLock writing = new ReentrantLock();
    private final CountDownLatch ended = new CountDownLatch(1);

    ScriptedConnection(AFUNIXSocket socket, JsonNode greeting) throws IOException {
        this.socket = socket;
        this.output = socket.getOutputStream();
        this.greeting = greeting;
    }

    /** {@return this, after sending the server's greeting; for use with {@link ScriptedQmpServer.Builder#whenConnected}} */
    public ScriptedConnection greet() {
        return send(greeting);
    }

    /**
     * Send an event.
     *
     * @param event its name, such as {@code STOP}
     * @return this
     */
    public ScriptedConnection sendEvent(String event) {
        return send(event(event));
    }

    /**
     * Send an event with data.
     *
     * @param event its name
     * @param data a Map, record, bean or tree that becomes a JSON object
     * @return this
     */
    public ScriptedConnection sendEvent(String event, Object data) {
        ObjectNode message = event(event);
        message.set("data", JsonValues.treeOf(data, "the data of " + event));
        return send(message);
    }

    private static ObjectNode event(String event) {
        Instant now = Instant.now();
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("event", event);
        message.putObject("timestamp").put("seconds", now.getEpochSecond()).put("microseconds", now.getNano() / 1000);
        return message;
    }

    /**
     * Send a message unchanged: a reply with another command's id or with none, a reply with neither {@code return} nor
     * {@code error}, or any other JSON.
     *
     * @param message a Map, record, bean or tree
     * @return this
     */
    public ScriptedConnection send(Object message) {
        return sendText(Json.print(JsonValues.treeOf(message, "the message")) + "\r\n");
    }

    /**
     * Send a text. It need not be JSON, and need not be a whole message.
     *
     * @param text the text, sent in UTF-8 with nothing added
     * @return this
     */
    public ScriptedConnection sendText(String text) {
        return sendBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Send bytes.
     *
     * @param bytes the bytes, sent in one write with nothing added
     * @return this
     * @throws ScriptException if the connection has ended
     */
    public ScriptedConnection sendBytes(byte[] bytes) {
        writing.lock();
        try {
            output.write(bytes);
            output.flush();
            return this;
        } catch (IOException e) {
            throw new ScriptException(
                    "Cannot send %s bytes to the client, the connection has ended: %s"
                            .formatted(bytes.length, e.getMessage()),
                    e);
        } finally {
            writing.unlock();
        }
    }

    /** Close the connection. Idempotent. */
    public void disconnect() {
        try {
            socket.close();
        } catch (IOException e) {
            // It has ended either way.
        }
    }

    /** {@return whether the connection is open, as far as the server knows} */
    public boolean isOpen() {
        return !socket.isClosed() && ended.getCount() > 0;
    }

    /**
     * Wait until the connection has ended, and the server has read everything from the client.
     *
     * @param timeout how long to wait
     * @throws ScriptException if it has not ended by then
     */
    public void awaitEnd(Duration timeout) {
        try {
            if (!ended.await(Deadline.in(timeout).remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new ScriptException(
                        "The client has not closed its connection within " + Deadline.formatTimeout(timeout), null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScriptException("The thread was interrupted while it waited for the connection's end", e);
        }
    }

    AFUNIXSocket socket() {
        return socket;
    }

    void end() {
        disconnect();
        ended.countDown();
    }
}
