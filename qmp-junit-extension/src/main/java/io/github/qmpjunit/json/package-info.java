/**
 * JSON values, the paths that lead to them, and the one mapper. Not exported: users see Jackson's own {@code JsonNode}.
 */
@NullMarked
package io.github.qmpjunit.json;

import org.jspecify.annotations.NullMarked;
