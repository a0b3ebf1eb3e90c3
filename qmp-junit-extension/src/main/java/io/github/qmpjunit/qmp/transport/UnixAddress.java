package io.github.qmpjunit.qmp.transport;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.apiguardian.api.API;

/**
 * The address of a UNIX socket; made by {@link QmpAddress#unix}.
 *
 * @param path the socket's path
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record UnixAddress(Path path) implements QmpAddress {

    /** The size of {@code sun_path} less its closing zero byte: unix(7) on Linux, sys/un.h elsewhere. */
    private static final int LONGEST_PATH =
            System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux") ? 107 : 103;

    /**
     * Create an address; the system's own error for a path that is too long is misleading, so this check comes first.
     *
     * @param path the socket's path
     */
    public UnixAddress {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH) {
            throw new IllegalArgumentException(
                    "The socket path \"%s\" has %s bytes, but this system allows %s; use a shorter directory, such as one under /tmp"
                            .formatted(path, length, LONGEST_PATH));
        }
    }

    @Override
    public String toString() {
        return "unix:" + path;
    }
}
