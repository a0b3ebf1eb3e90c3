package io.github.qmpjunit.qmp;

import java.nio.file.Path;

/** Where a QMP server listens, or where a client is to listen for one. Immutable. */
public sealed interface QmpAddress permits UnixAddress {

    /**
     * Return the address of a UNIX socket.
     *
     * @param path the socket's path; at most 107 bytes on Linux, 103 elsewhere
     * @return the address
     * @throws IllegalArgumentException if the path is longer than the system allows
     */
    static QmpAddress unix(Path path) {
        return new UnixAddress(path);
    }
}
