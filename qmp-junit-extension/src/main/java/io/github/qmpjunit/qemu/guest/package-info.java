/**
 * The user's view of the guest: console, screen, keyboard, and the guest agent.
 */
@NullMarked
package io.github.qmpjunit.qemu.guest;

import org.jspecify.annotations.NullMarked;
