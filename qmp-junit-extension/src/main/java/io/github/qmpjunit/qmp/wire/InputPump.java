package io.github.qmpjunit.qmp.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is read by its own thread: a read from, for example, a process's output cannot be interrupted, but a wait
 * for that thread can.
 */
final class InputPump extends InputStream {

    private static final int CHUNK = 64 * 1024;

    private final InputStream source;
    private final Thread thread = new Thread(this::run, "qmp-streams-input");

    /** Guards the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private byte[] chunk = new byte[0];
    private int position;
    private boolean ended;
    private @Nullable IOException failure;

    InputPump(InputStream source) {
        this.source = source;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** End the stream after the bytes that were read; a reason makes it fail. The first call counts. */
    void end(@Nullable IOException reason) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                failure = reason;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        byte[] buffer = new byte[CHUNK];
        try {
            int count = source.read(buffer);
            while (count >= 0 && handOver(Arrays.copyOf(buffer, count))) {
                count = source.read(buffer);
            }
            end(null);
        } catch (IOException e) {
            end(e);
        } catch (RuntimeException e) {
            end(new IOException("the stream failed: " + e, e));
        }
    }

    private boolean handOver(byte[] next) {
        lock.lock();
        try {
            while (available() > 0 && !ended) {
                changed.awaitUninterruptibly();
            }
            if (!ended) {
                chunk = next;
                position = 0;
                changed.signalAll();
            }
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        lock.lock();
        try {
            while (available() == 0 && !ended) {
                changed.awaitUninterruptibly();
            }
            int count = Math.min(length, available());
            if (count > 0) {
                System.arraycopy(chunk, position, target, offset, count);
                position += count;
                changed.signalAll();
                return count;
            }
            if (failure != null) {
                throw failure;
            }
            return -1;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int available() {
        lock.lock();
        try {
            return chunk.length - position;
        } finally {
            lock.unlock();
        }
    }
}
