package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachineBuilder;
import java.util.function.Consumer;

/** The source of a machine's definition. Two definitions mean the same shared machine only if their origins are equal. */
sealed interface Origin {

    /**
     * Annotations, merged. Equal if the machines are, also on different classes.
     *
     * @param content what the machine is made of
     * @param reset what is done to it between tests
     */
    record Annotation(VmContent content, Reset reset) implements Origin {}

    /** Code that is passed to a {@link QemuExtensionBuilder}. */
    record Code(Consumer<QemuMachineBuilder> definition) implements Origin {}

    /** The default machine of one extension, if nothing defines a machine. */
    record Default(ExtensionSettings.Identity extension) implements Origin {}

    /** Return whether the definition comes from a builder, whose user writes builder calls rather than annotations. */
    default boolean isBuilder() {
        return !(this instanceof Annotation);
    }
}
