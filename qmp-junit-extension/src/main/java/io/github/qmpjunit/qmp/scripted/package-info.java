/**
 * A QMP server that does what a test tells it, for tests of QMP-speaking code without a QEMU, and for what no QEMU does on
 * demand: silence, garbage, half messages, late replies, a connection lost at any point.
 *
 * <p>{@link io.github.qmpjunit.qmp.scripted.ScriptedQmpServer} is where to begin. Nothing here happens by time: the server acts
 * when a client connects, when a command arrives, or when the test says so.
 */
@NullMarked
package io.github.qmpjunit.qmp.scripted;

import org.jspecify.annotations.NullMarked;
