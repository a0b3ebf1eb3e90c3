package io.github.qmpjunit.junit;

import org.apiguardian.api.API;

/** What is looked at when a test has passed. Each is on by default, and fails the test, or reports, as it says. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public enum Check {

    /** QEMU still runs, unless the test has ended it, and ends as it should when told to. Fails the test. */
    EXIT,

    /** No job runs any more ({@code query-jobs}): the test has awaited what it has begun. Fails the test. */
    JOBS,

    /** QEMU has written no warning or error to its standard error during the test. Fails the test. */
    STDERR,

    /**
     * A shared machine has the block nodes, file descriptor sets and, without a reset, the run state that it had before the test.
     * Reports what is new, and names it in the failures of later tests.
     */
    LEFTOVERS
}
