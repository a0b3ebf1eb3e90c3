package io.github.qmpjunit.junit;

/** What happens to a test for which there is no QEMU. */
public enum Missing {

    /** It fails, as any test whose surroundings are not in order. */
    FAIL,

    /** It is skipped. A run in which everything is skipped is green, so ask for it only where somebody looks. */
    SKIP
}
