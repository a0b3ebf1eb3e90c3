package io.github.qmpjunit.junit;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The settings of one extension, as its builder has collected them.
 *
 * @param identity tells the settings of two builders apart
 * @param machines the machines, by name
 * @param scope how long the machines live, the default machine included
 * @param reset what is done to the machines between tests
 * @param without the checks to leave out
 * @param allowedStderr the lines that the machines may write to their standard error
 */
record ExtensionSettings(
        Identity identity,
        Map<String, VmDefinition> machines,
        Scope scope,
        Reset reset,
        List<Check> without,
        List<Pattern> allowedStderr) {

    /** The settings of an extension without a builder. */
    static final ExtensionSettings NONE =
            new ExtensionSettings(new Identity(), Map.of(), Scope.METHOD, Reset.NONE, List.of(), List.of());

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
