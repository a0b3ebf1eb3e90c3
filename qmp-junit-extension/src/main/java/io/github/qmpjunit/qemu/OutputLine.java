package io.github.qmpjunit.qemu;

/**
 * A line of an {@link OutputLog}.
 *
 * @param nanoTime when its beginning was read, in terms of {@link System#nanoTime()}
 * @param text the line, without its end and without escape sequences
 */
public record OutputLine(long nanoTime, String text) {}
