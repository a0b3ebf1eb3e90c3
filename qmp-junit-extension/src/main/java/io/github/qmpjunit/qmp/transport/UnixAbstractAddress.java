package io.github.qmpjunit.qmp.transport;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apiguardian.api.API;

/**
 * The address of a UNIX socket in Linux's abstract namespace; made by {@link QmpAddress#unixAbstract}.
 *
 * @param name the name, without the zero byte that precedes it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record UnixAbstractAddress(String name) implements QmpAddress {

    /** The size of {@code sun_path} less its leading zero byte: unix(7). */
    private static final int LONGEST_NAME = 107;

    /**
     * Create an address.
     *
     * @param name the name, without the zero byte that precedes it
     */
    public UnixAbstractAddress {
        requireLinux(System.getProperty("os.name"), name);
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > LONGEST_NAME) {
            throw new IllegalArgumentException("The name \"%s\" in the abstract namespace has %s bytes; give it 1 to %s"
                    .formatted(name, length, LONGEST_NAME));
        }
    }

    static void requireLinux(String system, String name) {
        if (!system.toLowerCase(Locale.ROOT).contains("linux")) {
            throw new IllegalArgumentException(
                    "Only Linux has the abstract namespace of \"%s\", but this is %s; use QmpAddress.unix(path)"
                            .formatted(name, system));
        }
    }

    @Override
    public String toString() {
        return "unix:@" + name;
    }
}
