package io.github.qmpjunit.assertj;

import org.assertj.core.api.SoftAssertions;

/**
 * Soft assertions with those of this package beside AssertJ's own. For chains, use {@code softly.check(() -> ...)}: what follows
 * an awaited event cannot go on without it.
 */
public class QmpSoftAssertions extends SoftAssertions implements QmpSoftAssertionsProvider {

    /** Create soft assertions; {@code assertAll()} throws what they have collected. */
    public QmpSoftAssertions() {}
}
