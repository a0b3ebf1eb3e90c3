package io.github.qmpjunit.assertj;

import org.apiguardian.api.API;
import org.assertj.core.api.SoftAssertions;

/**
 * Soft assertions with those of this package beside AssertJ's own. For chains, use {@code softly.check(() -> ...)}: what follows
 * an awaited event cannot go on without it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpSoftAssertions extends SoftAssertions implements QmpSoftAssertionsProvider {

    /** Create soft assertions; {@code assertAll()} throws what they have collected. */
    public QmpSoftAssertions() {}
}
