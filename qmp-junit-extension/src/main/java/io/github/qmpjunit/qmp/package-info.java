/**
 * An asynchronous client for the QEMU Machine Protocol.
 *
 * <p>{@link io.github.qmpjunit.qmp.QmpClient} executes commands and passes each event to every {@link
 * io.github.qmpjunit.qmp.QmpEventListener}; {@link io.github.qmpjunit.qmp.EventMatcher} says which event is
 * meant. {@link io.github.qmpjunit.qmp.schema.QmpSchema} is the server's description of itself. The package depends on neither a process nor a test framework.
 *
 * <p>A table of Python's {@code qemu.qmp} features, their counterparts here, and their tests is in {@code
 * qmp-junit-extension/docs/compared-with-qemu-qmp.md} of the sources.
 */
@NullMarked
package io.github.qmpjunit.qmp;

import org.jspecify.annotations.NullMarked;
