/** Code that the packages of this project share. It is not for users and may change at any time. */
@NullMarked
package io.github.qmpjunit.internal;

import org.jspecify.annotations.NullMarked;
