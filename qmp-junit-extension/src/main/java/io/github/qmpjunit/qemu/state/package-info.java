/**
 * A machine's state: snapshots, state files, migration.
 */
@NullMarked
package io.github.qmpjunit.qemu.state;

import org.jspecify.annotations.NullMarked;
