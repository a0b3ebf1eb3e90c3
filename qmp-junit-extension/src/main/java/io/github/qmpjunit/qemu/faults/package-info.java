/**
 * Faults on request: disks that fail or stall, network links that are down, a power loss.
 */
@NullMarked
package io.github.qmpjunit.qemu.faults;

import org.jspecify.annotations.NullMarked;
