/**
 * The report on a failed test: a folder with what its machines said and did, and a page that shows it side by side.
 *
 * <p>The extension writes it. Not exported: the files of a report are what users read, not these types.
 */
@NullMarked
package io.github.qmpjunit.junit.report;

import org.jspecify.annotations.NullMarked;
