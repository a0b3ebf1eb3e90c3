/**
 * What a QEMU says about its own commands, events and types. Knows neither clients nor commands: it checks names and JSON.
 */
@NullMarked
package io.github.qmpjunit.qmp.schema;

import org.jspecify.annotations.NullMarked;
