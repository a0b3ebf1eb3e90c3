/**
 * Starts, watches and stops processes that have a QMP monitor. Not exported, and knows no feature of QEMU's machines.
 */
@NullMarked
package io.github.qmpjunit.qemu.launch;

import org.jspecify.annotations.NullMarked;
