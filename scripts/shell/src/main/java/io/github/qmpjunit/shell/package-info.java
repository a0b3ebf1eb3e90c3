/**
 * The tool behind {@code scripts/qmp-shell}. A line is parsed ({@code LineParser}) and executed ({@code Session}); it comes from a
 * pipe or, with completion from the schema, from a person at a terminal ({@code Prompt}).
 */
@NullMarked
package io.github.qmpjunit.shell;

import org.jspecify.annotations.NullMarked;
