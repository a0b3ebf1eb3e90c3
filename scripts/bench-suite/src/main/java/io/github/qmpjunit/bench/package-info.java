/**
 * The tool behind {@code scripts/measure/bench}. A {@code Measurement} makes rows of the table; each row is a ratio against a floor, the
 * same work done bare ({@code BareQemu}, {@code BareConnection}), taken in pairs so that a noisy machine hits both sides.
 */
@NullMarked
package io.github.qmpjunit.bench;

import org.jspecify.annotations.NullMarked;
