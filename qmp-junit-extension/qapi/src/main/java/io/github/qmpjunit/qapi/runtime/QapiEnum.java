package io.github.qmpjunit.qapi.runtime;

import tools.jackson.databind.node.StringNode;

/**
 * A value of an enumeration. The enumerations are open: there is a constant for each value that the schema knows, and any other value
 * that a QEMU sends is kept as it is. Compare with {@code equals}; {@link #value()} serves in a {@code switch}.
 */
public abstract class QapiEnum extends QapiValue {

    /**
     * Create a value.
     *
     * @param value the value as it is in the protocol
     */
    protected QapiEnum(String value) {
        super(StringNode.valueOf(value));
    }

    /** {@return the value as it is in the protocol} */
    public final String value() {
        return toJson().asString();
    }

    @Override
    final void visit(Parts parts) {
        // a value has no parts
    }
}
