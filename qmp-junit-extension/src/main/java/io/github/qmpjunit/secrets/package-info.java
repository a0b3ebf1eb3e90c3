/**
 * Masks passwords, tokens and keys in every text for people.
 */
@NullMarked
package io.github.qmpjunit.secrets;

import org.jspecify.annotations.NullMarked;
