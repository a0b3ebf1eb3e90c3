package io.github.qmpjunit.junit;

import java.util.Optional;

/**
 * How long a machine lives, and what happens to it between the tests that share it.
 *
 * @param scope how long it lives
 * @param reset what is done to it between tests
 * @param declaring the class whose tests share it, if they do; empty for those of the extension's own class
 */
record Sharing(Scope scope, Reset reset, Optional<Class<?>> declaring) {}
