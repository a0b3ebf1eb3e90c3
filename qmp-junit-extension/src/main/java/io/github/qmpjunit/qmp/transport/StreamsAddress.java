package io.github.qmpjunit.qmp.transport;

import java.io.InputStream;
import java.io.OutputStream;
import org.apiguardian.api.API;

/**
 * A peer behind a pair of streams; made by {@link QmpAddress#streams}.
 *
 * @param fromPeer the stream that the peer writes to
 * @param toPeer the stream that the peer reads from
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record StreamsAddress(InputStream fromPeer, OutputStream toPeer) implements QmpAddress {

    @Override
    public String toString() {
        return "a pair of streams";
    }
}
