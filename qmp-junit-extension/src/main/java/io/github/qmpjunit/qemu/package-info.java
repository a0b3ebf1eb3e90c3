/**
 * Processes that speak QMP and have a life: QEMU itself and its storage daemon.
 *
 * <p>{@link io.github.qmpjunit.qemu.QemuMachine} starts one, watches it, and leaves nothing behind. The package knows no test
 * framework.
 */
@NullMarked
package io.github.qmpjunit.qemu;

import org.jspecify.annotations.NullMarked;
