/**
 * A QMP server that a test controls. Use it to test QMP code without a QEMU, and for behaviour that
 * no QEMU shows on demand: silence, garbage, half messages, late replies, or a lost connection.
 *
 * <p>{@link io.github.qmpjunit.qmp.scripted.ScriptedQmpServer} is the entry point. Nothing here depends on time: the server acts
 * when a client connects, when a command arrives, or when the test calls it.
 */
@NullMarked
package io.github.qmpjunit.qmp.scripted;

import org.jspecify.annotations.NullMarked;
