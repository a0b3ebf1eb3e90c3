package io.github.qmpjunit.qmp.schema;

import java.util.Set;
import org.apiguardian.api.API;

/**
 * One member of an object in QEMU's schema: an argument of a command, a member of an event's data, or a member of one of these.
 *
 * @param name the name in messages
 * @param type the type of its value
 * @param optional whether it can be left out
 * @param features QEMU's feature flags, such as {@code deprecated} and {@code unstable}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record SchemaMember(String name, SchemaType type, boolean optional, Set<String> features) {

    /** {@return whether QEMU's developers intend to remove it} */
    public boolean isDeprecated() {
        return features.contains(QmpSchema.DEPRECATED);
    }

    /** {@return whether QEMU's developers may change or remove it without notice} */
    public boolean isUnstable() {
        return features.contains(QmpSchema.UNSTABLE);
    }
}
