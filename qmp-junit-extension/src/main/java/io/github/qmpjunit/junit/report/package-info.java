/**
 * The report on a failed test: a folder with what its machines said and did, and a page that shows it side by side.
 *
 * <p>The extension writes it by itself; whoever runs machines without the extension may begin with {@link
 * io.github.qmpjunit.junit.report.FailureReport}.
 */
@NullMarked
package io.github.qmpjunit.junit.report;

import org.jspecify.annotations.NullMarked;
