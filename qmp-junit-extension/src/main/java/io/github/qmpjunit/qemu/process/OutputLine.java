package io.github.qmpjunit.qemu.process;

import org.apiguardian.api.API;

/**
 * A line of an {@link OutputLog}.
 *
 * @param nanoTime when its beginning was read, in terms of {@link System#nanoTime()}
 * @param text the line, without its end and without escape sequences
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record OutputLine(long nanoTime, String text) {}
