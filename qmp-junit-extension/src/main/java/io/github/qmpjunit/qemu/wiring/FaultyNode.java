package io.github.qmpjunit.qemu.wiring;

import java.util.HashMap;
import java.util.Map;
import org.apiguardian.api.API;

/**
 * The block nodes of a disk that can fail on request: a throttle filter with the name that the guest's device uses, above the node
 * with the data.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class FaultyNode {

    /** In characters: QEMU's limit for a node's name, minus the suffixes. */
    private static final int LONGEST_NAME = 20;

    private FaultyNode() {}

    public static void requireUsable(String name) {
        if (name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "The name of a disk that is to fail must not be longer than %s characters, \"%s\" is"
                            .formatted(LONGEST_NAME, name));
        }
    }

    public static String image(String name) {
        return name + "-image";
    }

    public static String throttleGroup(String name) {
        return name + "-limits";
    }

    /** Return the options of the topmost node. */
    public static Map<String, Object> top(String name, boolean readOnly, String below) {
        return filter("throttle", name, readOnly, Map.of("throttle-group", throttleGroup(name), "file", below));
    }

    /** A filter decides for itself whether it writes, and whether it passes on a discard. */
    public static Map<String, Object> filter(String driver, String name, boolean readOnly, Map<String, ?> more) {
        Map<String, Object> options = new HashMap<>(more);
        options.putAll(Map.of("driver", driver, "node-name", name, "read-only", readOnly, "discard", "unmap"));
        return options;
    }
}
