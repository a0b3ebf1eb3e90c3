package io.github.qmpjunit.qmp.scripted;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXSocket;

/**
 * Splits the client's bytes into messages, and finds out which message carried file descriptors.
 *
 * <p>It frames by brackets, not by lines, and leaves the content to the JSON parser. Text outside objects and arrays counts
 * up to the end of its line.
 */
final class CommandReader {

    private static final int CHUNK = 8192;

    /** Room for the 253 descriptors that Linux allows with one message. */
    private static final int ANCILLARY = 4096;

    private final AFUNIXSocket socket;
    private final InputStream input;
    private final byte[] chunk = new byte[CHUNK];
    private int next;
    private int end;

    /** Descriptors of the current chunk. The kernel ends a read after the write that carried them, so they belong to its last message. */
    private int chunkFds;

    private ByteArrayOutputStream message = new ByteArrayOutputStream();
    private int messageFds;
    private int depth;
    private boolean line;
    private boolean inString;
    private boolean escaped;

    CommandReader(AFUNIXSocket socket) throws IOException {
        socket.setAncillaryReceiveBufferSize(ANCILLARY);
        this.socket = socket;
        this.input = socket.getInputStream();
    }

    /** The text of one message, and how many descriptors came with it. */
    record Frame(String text, int fds) {}

    /** Return the next message; blocks until it is whole. {@code null} at the end of the stream. */
    @Nullable
    Frame next() throws IOException {
        while (true) {
            while (next < end) {
                if (endsMessage(chunk[next++])) {
                    return take();
                }
            }
            if (message.size() > 0) {
                messageFds += chunkFds;
                chunkFds = 0;
            }
            next = 0;
            end = input.read(chunk);
            if (end < 0) {
                return null;
            }
            chunkFds += closeReceived();
        }
    }

    private Frame take() {
        if (chunkFds > 0 && isBlank(next, end)) {
            messageFds += chunkFds;
            chunkFds = 0;
        }
        Frame frame = new Frame(message.toString(StandardCharsets.UTF_8), messageFds);
        message = new ByteArrayOutputStream();
        messageFds = 0;
        return frame;
    }

    private int closeReceived() throws IOException {
        FileDescriptor[] received = socket.getReceivedFileDescriptors();
        if (received == null) {
            return 0;
        }
        for (FileDescriptor descriptor : received) {
            new FileInputStream(descriptor).close();
        }
        return received.length;
    }

    private boolean isBlank(int from, int to) {
        for (int i = from; i < to; i++) {
            if (!isSpace(chunk[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean endsMessage(byte b) {
        if (message.size() == 0) {
            if (isSpace(b)) {
                return false;
            }
            line = b != '{' && b != '[';
        }
        message.write(b);
        if (line) {
            return b == '\n';
        }
        if (inString) {
            inString = escaped || b != '"';
            escaped = !escaped && b == '\\';
        } else if (b == '"') {
            inString = true;
        } else if (b == '{' || b == '[') {
            depth++;
        } else if (b == '}' || b == ']') {
            depth--;
        }
        return depth == 0;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }
}
