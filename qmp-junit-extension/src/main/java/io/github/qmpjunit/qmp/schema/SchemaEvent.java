package io.github.qmpjunit.qmp.schema;

import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * An event of QEMU's schema.
 *
 * @param name its name
 * @param dataType the type of its data, an object; an event without data has an empty one
 * @param features QEMU's feature flags, such as {@code deprecated} and {@code unstable}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record SchemaEvent(String name, SchemaType dataType, Set<String> features) {

    /** {@return the members of its data, in QEMU's order; {@link #dataType()} has the members that depend on the value of another one} */
    public List<SchemaMember> data() {
        return dataType.members();
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
