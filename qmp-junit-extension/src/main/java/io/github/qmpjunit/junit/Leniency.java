package io.github.qmpjunit.junit;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a passed test's machine is forgiven.
 *
 * @param without what is not checked
 * @param allowedStderr what may stand on its standard error
 */
record Leniency(List<Check> without, List<Pattern> allowedStderr) {

    /** Return this one with what the configuration leaves out and allows everywhere. */
    Leniency completedBy(Configuration configuration) {
        return new Leniency(
                both(without, configuration.choices(ConfigurationKeys.WITHOUT, Check.class)),
                both(
                        allowedStderr,
                        both(
                                configuration.patterns(ConfigurationKeys.ALLOWED_STDERR),
                                KnownWarning.of(configuration))));
    }

    private static <T> List<T> both(List<T> own, List<T> everywhere) {
        return Stream.concat(own.stream(), everywhere.stream()).toList();
    }
}
