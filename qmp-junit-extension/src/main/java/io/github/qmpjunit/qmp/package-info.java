/**
 * An asynchronous client for the QEMU Machine Protocol.
 *
 * <p>{@link io.github.qmpjunit.qmp.QmpClient} executes commands and hands each event to every {@link
 * io.github.qmpjunit.qmp.QmpEventListener}; {@link io.github.qmpjunit.qmp.EventMatcher} is the one way to say which event
 * is meant. {@link io.github.qmpjunit.qmp.schema.QmpSchema} is what the server says about itself. The package knows no process and no test framework.
 *
 * <p>What Python's {@code qemu.qmp} does, what this package does in its place, and which test shows it, stands in {@code
 * qmp-junit-extension/docs/compared-with-qemu-qmp.md} of the sources.
 */
@NullMarked
package io.github.qmpjunit.qmp;

import org.jspecify.annotations.NullMarked;
