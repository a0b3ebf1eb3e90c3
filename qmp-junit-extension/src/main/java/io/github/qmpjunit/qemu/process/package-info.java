/**
 * What a user sees of a process under test: its binary, launch prefix, output, exit, and the exceptions about all of these.
 */
@NullMarked
package io.github.qmpjunit.qemu.process;

import org.jspecify.annotations.NullMarked;
