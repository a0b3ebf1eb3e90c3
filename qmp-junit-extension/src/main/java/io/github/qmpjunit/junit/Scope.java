package io.github.qmpjunit.junit;

import org.apiguardian.api.API;

/** How long a machine lives. */
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public enum Scope {

    /** Each test gets a machine of its own; the default, and the one in which no test can disturb another. */
    METHOD,

    /**
     * One machine for the tests of a class, its {@code @Nested} classes included; it lives until the class is done. Tests that run
     * in parallel take turns with it. A static field that a class inherits is one place for all its heirs: it holds the machine of the
     * class that was the last to begin, and in each test, that of its own class; where heirs run in parallel, use parameters or
     * instance fields.
     */
    CLASS,

    /**
     * One machine for the whole launch of JUnit's platform, all of its suites included, for all classes that define it in the same way
     * under the same name. Tests that run in parallel take turns with it.
     */
    RUN
}
