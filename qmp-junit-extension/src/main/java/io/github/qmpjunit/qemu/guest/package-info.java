/**
 * The guest as its user meets it: console, screen, keyboard, and the guest agent.
 */
@NullMarked
package io.github.qmpjunit.qemu.guest;

import org.jspecify.annotations.NullMarked;
