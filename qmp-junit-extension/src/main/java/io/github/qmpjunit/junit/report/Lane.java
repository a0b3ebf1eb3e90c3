package io.github.qmpjunit.junit.report;

/**
 * A column of the timeline.
 *
 * @param machine the place of its machine among the report's
 * @param kind what stands in it
 * @param title its heading
 */
record Lane(int machine, Kind kind, String title) {

    /** In the order in which they stand side by side. */
    enum Kind {
        COMMANDS,
        EVENTS,
        CONSOLE,
        STDERR
    }
}
