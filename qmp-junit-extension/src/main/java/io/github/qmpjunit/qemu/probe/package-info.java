/**
 * What a QEMU binary can do on this host: versions, machine types, accelerators.
 */
@NullMarked
package io.github.qmpjunit.qemu.probe;

import org.jspecify.annotations.NullMarked;
