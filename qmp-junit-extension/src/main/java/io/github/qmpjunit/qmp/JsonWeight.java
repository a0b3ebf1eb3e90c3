package io.github.qmpjunit.qmp;

import tools.jackson.databind.JsonNode;

/** Estimates how much heap a tree takes, so that histories can be bounded by bytes. */
final class JsonWeight {

    /** A node, its text's header, its entry in the map of the object around it; measured on events. */
    private static final int BYTES_PER_VALUE = 120;

    private JsonWeight() {}

    /** Return about how many bytes a tree takes. It is at most {@link QmpLimits#nesting} deep. */
    static long of(JsonNode tree) {
        long bytes = BYTES_PER_VALUE;
        if (tree.isString()) {
            return bytes + tree.asString().length();
        }
        for (JsonNode inner : tree) {
            bytes += of(inner);
        }
        return bytes;
    }
}
