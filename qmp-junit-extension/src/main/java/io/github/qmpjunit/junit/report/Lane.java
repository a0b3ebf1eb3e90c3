package io.github.qmpjunit.junit.report;

/**
 * A source of what the timeline shows.
 *
 * @param machine the place of its machine among the report's; -1 for the test itself
 * @param kind what comes from it
 * @param title its name
 */
record Lane(int machine, Kind kind, String title) {

    /** What the test and the harness do. */
    static final Lane TEST = new Lane(-1, Kind.TEST, "test");

    /** In the order in which a person wants to see them. */
    enum Kind {
        TEST,
        COMMANDS,
        EVENTS,
        SCREEN,
        CONSOLE,
        STDOUT,
        STDERR;

        /** Return whether it is lines of text. */
        boolean isOutput() {
            return this == CONSOLE || this == STDOUT || this == STDERR;
        }
    }
}
