/** How the parts of a machine appear on QEMU's command line, and the host resources that they take. Not exported. */
@NullMarked
package io.github.qmpjunit.qemu.wiring;

import org.jspecify.annotations.NullMarked;
