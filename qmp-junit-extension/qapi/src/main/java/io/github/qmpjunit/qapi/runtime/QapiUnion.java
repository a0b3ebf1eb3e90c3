package io.github.qmpjunit.qapi.runtime;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * An object of QEMU's protocol in which the value of one member selects a branch: which other members there are. Each branch has a
 * class, one more class stands for branches that have no members, or that only a newer QEMU knows. Test with {@code instanceof}.
 */
public interface QapiUnion {

    /** {@return the value as it is in the protocol, with everything that its class does not know; not to be changed} */
    JsonNode toJson();

    /** {@return the members that its class does not know, in QEMU's order; empty if it knows all of them} */
    Map<String, JsonNode> unknownMembers();
}
