package io.github.qmpjunit.bench;

import java.util.List;

/** Measures something and tells it in rows of the table. */
interface Measurement {

    /** Return the rows' common name, by which a person can choose them on the command line. */
    String name();

    /** Measure; takes seconds to a minute. */
    List<Row> measure() throws Exception;
}
