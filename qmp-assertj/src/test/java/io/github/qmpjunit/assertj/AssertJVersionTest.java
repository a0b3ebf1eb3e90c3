package io.github.qmpjunit.assertj;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Which AssertJ the tests run with: the one that is compiled against, or the one that {@code scripts/check/assertj-4} says. */
class AssertJVersionTest {

    @Test
    void is_the_one_that_is_meant() {
        assertThat(Assertions.class.getProtectionDomain().getCodeSource().getLocation())
                .asString()
                .contains("/assertj-core-" + System.getProperty("qmpjunit.test.assertj", "3."));
    }
}
