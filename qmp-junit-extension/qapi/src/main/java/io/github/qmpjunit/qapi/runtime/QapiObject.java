package io.github.qmpjunit.qapi.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * An object of QEMU's protocol.
 *
 * <p>Members that this class does not know, because QEMU is newer, are kept ({@link #unknownMembers()}). A member that QEMU should
 * have sent but did not send is noticed by the method that returns it, not before: what is there can be used.
 */
public abstract class QapiObject extends QapiValue {

    /** The members; each generated method reads or sets one of them. */
    protected final Members members;

    /**
     * Create an object.
     *
     * @param members its members
     */
    protected QapiObject(Members members) {
        super(members.json());
        this.members = members;
    }

    /**
     * Name each member that this class knows, for the generated types.
     *
     * @param parts told of each member
     */
    protected abstract void describe(Parts parts);

    @Override
    final void visit(Parts parts) {
        describe(parts);
    }

    /** {@return the members that this class does not know, in QEMU's order; empty if it knows all of them} */
    public final Map<String, JsonNode> unknownMembers() {
        Map<String, JsonNode> unknown = new LinkedHashMap<>();
        toJson().properties().forEach(member -> unknown.put(member.getKey(), member.getValue()));
        describe(new KnownNames(unknown.keySet()));
        return unknown;
    }
}
