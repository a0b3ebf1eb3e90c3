package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/**
 * Bounds how long a test waits for others before it begins, where no {@code @Timeout} reaches: as long as a single one of the others
 * keeps it waiting. However many are in front of it, it goes on waiting while they come and go.
 *
 * @param limit the limit for each
 */
record WaitLimit(Duration limit) {

    private static final Duration DEFAULT = Duration.ofMinutes(30);

    /** Return the configured limit. Machines that are held for a person do not count against it. */
    static WaitLimit of(ExtensionContext context) {
        Configuration configuration = Configuration.of(context);
        Duration limit = configuration
                .parsed(ConfigurationKeys.WAIT_LIMIT, Duration::parse, "a duration in ISO 8601, such as PT30M")
                .orElse(DEFAULT);
        return new WaitLimit(Hold.isWanted(configuration) ? limit.plus(Hold.limit(configuration)) : limit);
    }

    long remainingNanos(long sinceNanos) {
        return limit.toNanos() - (System.nanoTime() - sinceNanos);
    }

    ParameterResolutionException exceeded(String what) {
        return new ParameterResolutionException(TerminalText.message("%s for %s. Raise %s if others may take that long"
                .formatted(what, Deadline.format(limit), ConfigurationKeys.WAIT_LIMIT)));
    }
}
