/**
 * A process under test, from a user's view: its binary, launch prefix, output, exit, and the exceptions about all of these.
 */
@NullMarked
package io.github.qmpjunit.qemu.process;

import org.jspecify.annotations.NullMarked;
