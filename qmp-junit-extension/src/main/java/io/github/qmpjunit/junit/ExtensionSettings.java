package io.github.qmpjunit.junit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The settings of one extension, as its builder has collected them.
 *
 * @param identity tells the settings of two builders apart
 * @param machines the machines, by name
 * @param sharing how long the machines live, the default machine included, and what tests that share one find
 * @param leniency what the machines are forgiven when a test has passed
 */
record ExtensionSettings(Identity identity, Map<String, VmDefinition> machines, Sharing sharing, Leniency leniency) {

    /** The settings of an extension without a builder. */
    static final ExtensionSettings NONE = new ExtensionSettings(
            new Identity(),
            Map.of(),
            new Sharing(Scope.METHOD, Reset.NONE, Optional.empty()),
            new Leniency(List.of(), List.of()));

    /** The identity of one builder's settings. Equal only to itself; also the key under which a context knows the settings. */
    static final class Identity {}

    /** Return the settings of the nearest extension that has a builder. */
    static ExtensionSettings of(ExtensionContext context) {
        return ExtensionStore.of(context)
                .getOrDefault(ExtensionSettings.class, ExtensionSettings.class, ExtensionSettings.NONE);
    }

    /** Let these settings count for a context and the contexts below it. */
    void publish(ExtensionContext context) {
        ExtensionStore.of(context).put(ExtensionSettings.class, this);
        ExtensionStore.of(context).put(identity, this);
    }

    /** Return whether these settings have been published for a context or one above it; nearer settings may count instead. */
    boolean isPublishedIn(ExtensionContext context) {
        return ExtensionStore.of(context).get(identity) != null;
    }
}
