package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Numbers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Sits between the connection and the JSON parser, and checks what the parser is lenient about: the bytes are UTF-8
 * (the parser accepts overlong forms and surrogates), the first byte can begin a message, and a message ends within the limit.
 *
 * <p>An error is thrown when the parser asks for more bytes. By then it has returned all whole messages in front of the error.
 */
final class GuardedInput extends InputStream {

    /** The parser detects UTF-16 and UTF-32 by the first four bytes. These blanks are its first four. */
    private static final byte[] PREFIX = "    ".getBytes(StandardCharsets.US_ASCII);

    private static final int EXCERPT = 60;

    private final InputStream input;
    private final QmpLimits limits;

    private byte last = '\n';
    private long delivered;
    private long messageBegin = Long.MAX_VALUE;
    private boolean begun;
    private boolean ended;
    private @Nullable QmpProtocolException failure;

    private static final int LARGE = 1 << 20;

    /** How many bytes the current character still needs, and the bounds of the next byte. */
    private int missing;

    private int lowest;
    private int highest;

    GuardedInput(InputStream input, QmpLimits limits) {
        this.input = input;
        this.limits = limits;
    }

    /** Note the offset in this stream at which the current message begins. */
    void messageBegan(long offset) {
        messageBegin = offset;
    }

    /** Note the offset at which the message ended. */
    void messageEnded(long offset) {
        if (offset - messageBegin > limits.messageBytes()) {
            throw limits.messageTooLarge();
        }
        messageBegin = Long.MAX_VALUE;
    }

    /** Return whether so much of a message has arrived that it may fill the heap. */
    boolean isMessageLarge() {
        return delivered - messageBegin > LARGE;
    }

    /** Return whether the parser has been told that the stream has ended. */
    boolean hasEnded() {
        return ended;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (delivered < PREFIX.length) {
            int count = Math.min(length, PREFIX.length - (int) delivered);
            System.arraycopy(PREFIX, (int) delivered, buffer, offset, count);
            delivered += count;
            return count;
        }
        if (failure != null) {
            throw failure;
        }
        if (delivered - messageBegin >= limits.messageBytes()) {
            throw limits.messageTooLarge();
        }
        int count = input.read(buffer, offset, length);
        if (count <= 0) {
            ended |= count < 0;
            return count;
        }
        blankOutSentinels(buffer, offset, count);
        if (!begun) {
            requireBeginning(buffer, offset, count);
        }
        int good = utf8Length(buffer, offset, count);
        if (good < count) {
            failure = notUtf8(buffer[offset + good] & 0xFF, delivered - PREFIX.length + good);
            if (good == 0) {
                throw failure;
            }
        }
        delivered += good;
        return good;
    }

    /**
     * A guest agent sends 0xFF, which is in no UTF-8 text, before its reply to {@code guest-sync-delimited}, so that its client can
     * tell the reply from the rest of an earlier one (QEMU's docs/interop/qemu-ga-ref). At the beginning of a line it counts as
     * white space.
     */
    private void blankOutSentinels(byte[] buffer, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            if (buffer[i] == (byte) 0xFF && last == '\n') {
                buffer[i] = ' ';
            }
            last = buffer[i];
        }
    }

    /** A peer that is no QMP server is recognized by its first byte, so do not let the parser wait for the end of a word. */
    private void requireBeginning(byte[] buffer, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            if (buffer[i] == '{') {
                begun = true;
                return;
            }
            if (!isWhitespace(buffer[i])) {
                throw new QmpParseException(
                        "Expected a JSON object to begin with, but the peer sent %s; is it a QMP server?"
                                .formatted(excerpt(buffer, i, offset + count)),
                        null);
            }
        }
    }

    private static boolean isWhitespace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private static String excerpt(byte[] buffer, int from, int to) {
        int end = Math.min(to, from + EXCERPT);
        StringBuilder text = new StringBuilder("\"");
        for (int i = from; i < end; i++) {
            int b = buffer[i] & 0xFF;
            if (b >= ' ' && b < 0x7F) {
                text.append((char) b);
            } else {
                text.append("\\x%02X".formatted(b));
            }
        }
        return text.append(end < to ? "\"..." : "\"").toString();
    }

    private static QmpProtocolException notUtf8(int found, long position) {
        return new QmpParseException(
                "The peer sent something that is not UTF-8: found 0x%02X at byte %s of the connection"
                        .formatted(found, Numbers.grouped(position)),
                null);
    }

    /** Return how many bytes are valid; a character may continue in the next buffer. Unicode 15, table 3-7. */
    private int utf8Length(byte[] buffer, int offset, int count) {
        for (int i = 0; i < count; i++) {
            int b = buffer[offset + i];
            if (missing == 0 && b >= 0) {
                continue;
            }
            if (!acceptsBeyondAscii(b & 0xFF)) {
                return i;
            }
        }
        return count;
    }

    private boolean acceptsBeyondAscii(int b) {
        if (missing > 0) {
            if (b < lowest || b > highest) {
                return false;
            }
            expect(missing - 1, 0x80, 0xBF);
        } else if (b >= 0xC2 && b <= 0xDF) {
            expect(1, 0x80, 0xBF);
        } else if (b >= 0xE0 && b <= 0xEF) {
            expect(2, b == 0xE0 ? 0xA0 : 0x80, b == 0xED ? 0x9F : 0xBF);
        } else if (b >= 0xF0 && b <= 0xF4) {
            expect(3, b == 0xF0 ? 0x90 : 0x80, b == 0xF4 ? 0x8F : 0xBF);
        } else {
            return false;
        }
        return true;
    }

    private void expect(int bytes, int from, int to) {
        missing = bytes;
        lowest = from;
        highest = to;
    }
}
