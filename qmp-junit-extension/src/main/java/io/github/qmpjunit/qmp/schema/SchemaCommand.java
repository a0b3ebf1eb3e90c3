package io.github.qmpjunit.qmp.schema;

import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * A command of QEMU's schema.
 *
 * @param name its name
 * @param argumentType the type of its arguments together, an object; a command without arguments has an empty one
 * @param returnType the type of its return value; an empty object for most commands
 * @param outOfBand whether it can be executed out of band
 * @param features QEMU's feature flags, such as {@code deprecated} and {@code unstable}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record SchemaCommand(
        String name, SchemaType argumentType, SchemaType returnType, boolean outOfBand, Set<String> features) {

    /**
     * {@return the arguments that it always accepts, in QEMU's order; {@link #argumentType()} has the arguments that depend
     * on the value of another one, such as {@code blockdev-add}'s {@code driver}}
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
