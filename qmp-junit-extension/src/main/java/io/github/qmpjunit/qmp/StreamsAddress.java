package io.github.qmpjunit.qmp;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * A peer behind a pair of streams; made by {@link QmpAddress#streams}.
 *
 * @param fromPeer what the peer writes
 * @param toPeer what the peer reads
 */
public record StreamsAddress(InputStream fromPeer, OutputStream toPeer) implements QmpAddress {

    @Override
    public String toString() {
        return "a pair of streams";
    }
}
