/**
 * The JUnit extension: it starts the machines that a test asks for, injects them and their clients, and stops them.
 *
 * <p>Begin with {@link io.github.qmpjunit.junit.QemuTest} and {@link io.github.qmpjunit.junit.Vm}.
 */
@NullMarked
package io.github.qmpjunit.junit;

import org.jspecify.annotations.NullMarked;
