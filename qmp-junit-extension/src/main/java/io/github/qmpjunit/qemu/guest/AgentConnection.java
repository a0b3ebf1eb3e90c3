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
 * The bytes to and from a guest agent: one message out, the reply to it in.
 *
 * <p>What comes may begin in the middle of a line, since agents die while they write, and may answer what nobody asks any more.
 * So only whole lines count, of which a sentinel byte begins a new one; and of these only the one that answers the question that
 * stands. A thread of its own writes: an agent that does not read must not hold up a test. Thread-safe, but for one question at a
 * time.
 */
final class AgentConnection {

    /** Of what a line may have. Beyond it the guest has gone mad, and the line is dropped. */
    private static final int MOST_BYTES = 1 << 27;

    /** Ends whatever line is being read, at either end (QEMU's {@code docs/interop/qmp-spec}). No byte of UTF-8. */
    private static final int SENTINEL = 0xFF;

    /** The monitor may tell that the agent has left before its last reply has been read here. */
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
            // The socket is closed with the machine: that is its end.
        } finally {
            end();
        }
    }

    private void take(byte[] line, boolean afterSentinel) {
        JsonNode message;
        try {
            message = JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            return; // the rest of what a dead agent was writing
        }
        lock.lock();
        try {
            // Old agents do not return the id; but nothing else is under way, except that an agent calls our sentinel
            // an error.
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

    /** Take note that nobody in the guest reads the port any more. */
    void agentLeft() {
        lock.lock();
        try {
            left = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Return whether nobody was left to answer the last question. */
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
            // The reader sees the end, too.
        }
    }

    /**
     * Send a message and wait for its reply.
     *
     * @return the reply; {@code null} if it has not come in time, or will not since the agent has left or the machine has ended
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
