/** How the parts of a machine appear on QEMU's command line, and what they take of the host. Not exported. */
@NullMarked
package io.github.qmpjunit.qemu.wiring;

import org.jspecify.annotations.NullMarked;
