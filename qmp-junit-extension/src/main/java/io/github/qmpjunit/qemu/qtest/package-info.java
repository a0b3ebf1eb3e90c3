/**
 * QEMU's qtest protocol: access to a machine's ports and memory without a guest.
 */
@NullMarked
package io.github.qmpjunit.qemu.qtest;

import org.jspecify.annotations.NullMarked;
