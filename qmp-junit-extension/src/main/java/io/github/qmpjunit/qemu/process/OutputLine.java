package io.github.qmpjunit.qemu.process;

import org.apiguardian.api.API;

/**
 * A line of an {@link OutputLog}.
 *
 * @param nanoTime when its first character was read, in terms of {@link System#nanoTime()}
 * @param text the line, without line end and escape sequences
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record OutputLine(long nanoTime, String text) {}
