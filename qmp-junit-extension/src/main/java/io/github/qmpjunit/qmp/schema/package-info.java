/**
 * A QEMU's description of its commands, events and types. This package knows no client: it checks names and JSON.
 */
@NullMarked
package io.github.qmpjunit.qmp.schema;

import org.jspecify.annotations.NullMarked;
