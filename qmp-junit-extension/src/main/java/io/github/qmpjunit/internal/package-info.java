/** What the packages of this project share with each other, and with nobody else: it may change at any time. */
@NullMarked
package io.github.qmpjunit.internal;

import org.jspecify.annotations.NullMarked;
