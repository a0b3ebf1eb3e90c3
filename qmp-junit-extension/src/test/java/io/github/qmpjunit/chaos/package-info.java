/**
 * Kills, stops and starves QEMUs and JVMs at random moments, and looks whether anything is left. {@code scripts/check/chaos} runs it; it is
 * no part of the build, since it takes minutes.
 */
@NullMarked
package io.github.qmpjunit.chaos;

import org.jspecify.annotations.NullMarked;
