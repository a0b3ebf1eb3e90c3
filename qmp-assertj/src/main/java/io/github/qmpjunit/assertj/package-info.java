/**
 * AssertJ assertions that wait for what a QEMU does, fail as soon as it cannot happen any more, and explain what happened
 * instead.
 *
 * <p>Begin with {@link io.github.qmpjunit.assertj.QmpAssertions}.
 */
@NullMarked
package io.github.qmpjunit.assertj;

import org.jspecify.annotations.NullMarked;
