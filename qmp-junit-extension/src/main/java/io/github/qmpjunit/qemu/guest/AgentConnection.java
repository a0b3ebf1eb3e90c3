package io.github.qmpjunit.qemu.guest;

import io.github.qmpjunit.internal.Deadline;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Exchanges bytes with a guest agent: it sends one message and receives the reply.
 *
 * <p>Input can begin in the middle of a line, since agents die while they write, and can answer an earlier question.
 * So only whole lines count, and a sentinel byte begins a new line. Of these, only the answer to the current question counts. Its own thread writes, since an agent that does not read must not block a test. Thread-safe, but only for one question at a time.
 */
final class AgentConnection {

    /** The maximum line length; longer lines are dropped. */
    private static final int MOST_BYTES = 1 << 27;

    /** Ends the current line, at either end (QEMU's {@code docs/interop/qmp-spec}). No byte of UTF-8. */
    private static final int SENTINEL = 0xFF;

    /** The monitor can report that the agent has left before its last reply has been read. */
    private static final Duration FAREWELL = Duration.ofMillis(500);

    private final OutputStream output;
    private final ExecutorService writer;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long asked;
    private boolean askedAfterSentinel;
    private @Nullable JsonNode reply;
    private boolean left;
    private boolean ended;

    AgentConnection(Socket socket, String owner) throws IOException {
        this.output = socket.getOutputStream();
        InputStream input = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        this.writer = Executors.newSingleThreadExecutor(task -> daemon(task, "guest-agent-writer-" + owner));
        daemon(() -> read(input), "guest-agent-" + owner).start();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void read(InputStream input) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean afterSentinel = false;
        try {
            for (int next = input.read(); next >= 0; next = input.read()) {
                if (next == SENTINEL || line.size() == MOST_BYTES) {
                    line.reset();
                    afterSentinel = next == SENTINEL;
                } else if (next == '\n') {
                    take(line.toByteArray(), afterSentinel);
                    line.reset();
                    afterSentinel = false;
                } else {
                    line.write(next);
                }
            }
        } catch (IOException e) {
            // The socket is closed with the machine.
        } finally {
            end();
        }
    }

    private void take(byte[] line, boolean afterSentinel) {
        JsonNode message;
        try {
            message = JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            return; // the rest of a dead agent's line
        }
        lock.lock();
        try {
            // Old agents do not return the id. No other question is open, but an agent may report the
            // sentinel as an error.
            boolean ours = !message.has("id") || message.path("id").asLong(0) == asked;
            if (ours && afterSentinel == askedAfterSentinel && reply == null) {
                reply = message;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
            writer.shutdown();
        }
    }

    /** Note that no program in the guest reads the port any more. */
    void agentLeft() {
        lock.lock();
        try {
            left = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Return whether the agent left before it answered the last question. */
    boolean hasAgentLeft() {
        lock.lock();
        try {
            return left;
        } finally {
            lock.unlock();
        }
    }

    boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Send a message and do not wait for a reply. */
    void tell(ObjectNode message, long id, boolean afterSentinel) {
        lock.lock();
        try {
            asked = id;
            askedAfterSentinel = afterSentinel;
            reply = null;
            left = false;
            if (ended) {
                return;
            }
            byte[] line = (message + "\n").getBytes(StandardCharsets.UTF_8);
            writer.execute(() -> write(line, afterSentinel));
        } finally {
            lock.unlock();
        }
    }

    private void write(byte[] line, boolean afterSentinel) {
        try {
            if (afterSentinel) {
                output.write(SENTINEL);
            }
            output.write(line);
        } catch (IOException e) {
            // The reader also sees the end.
        }
    }

    /**
     * Send a message and wait for its reply.
     *
     * @return the reply; {@code null} if it did not arrive in time, or cannot because the agent has left or the machine has ended
     */
    @Nullable
    JsonNode ask(ObjectNode message, long id, boolean afterSentinel, Deadline deadline) throws InterruptedException {
        tell(message, id, afterSentinel);
        lock.lock();
        try {
            await(deadline, true);
            if (reply == null && left) {
                await(Deadline.in(FAREWELL), false);
            }
            return reply;
        } finally {
            lock.unlock();
        }
    }

    private void await(Deadline deadline, boolean unlessLeft) throws InterruptedException {
        while (reply == null && !ended && !(unlessLeft && left) && !deadline.isOver()) {
            changed.awaitNanos(deadline.remainingNanos());
        }
    }
}
