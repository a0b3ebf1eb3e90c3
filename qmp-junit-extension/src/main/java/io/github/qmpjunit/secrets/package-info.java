/**
 * Passwords, tokens and keys, and their masking in everything that a person reads.
 */
@NullMarked
package io.github.qmpjunit.secrets;

import org.jspecify.annotations.NullMarked;
