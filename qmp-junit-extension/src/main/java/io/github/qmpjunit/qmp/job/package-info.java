/**
 * Jobs: QEMU's long operations, such as a backup or a mirror.
 */
@NullMarked
package io.github.qmpjunit.qmp.job;

import org.jspecify.annotations.NullMarked;
