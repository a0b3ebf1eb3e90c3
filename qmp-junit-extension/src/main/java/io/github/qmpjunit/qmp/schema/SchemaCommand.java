package io.github.qmpjunit.qmp.schema;

import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * A command of QEMU's schema.
 *
 * @param name its name
 * @param argumentType the type of its arguments together, an object; a command without arguments has an empty one
 * @param returnType the type of what it returns; an empty object for most
 * @param outOfBand whether it may be executed out of band
 * @param features QEMU's special marks, such as {@code deprecated} and {@code unstable}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record SchemaCommand(
        String name, SchemaType argumentType, SchemaType returnType, boolean outOfBand, Set<String> features) {

    /**
     * {@return the arguments that it takes in any case, in QEMU's order; where the value of one of them opens the way to others
     * ({@code blockdev-add}'s {@code driver}), {@link #argumentType()} tells them}
     */
    public List<SchemaMember> arguments() {
        return argumentType.members();
    }

    /** {@return whether QEMU's developers intend to remove it} */
    public boolean isDeprecated() {
        return features.contains(QmpSchema.DEPRECATED);
    }

    /** {@return whether QEMU's developers may change or remove it without notice} */
    public boolean isUnstable() {
        return features.contains(QmpSchema.UNSTABLE);
    }
}
