package io.github.qmpjunit.bench;

import java.util.List;

/** Going back to a snapshot of a booted guest, instead of booting it again. */
final class Rewinds implements Measurement {

    @Override
    public String name() {
        return "rewinds";
    }

    @Override
    public List<Row> measure() {
        return List.of(
                Row.notMeasured("rewind of a booted guest, against its boot", "at least 15", "there is no rewind yet"),
                Row.notMeasured(
                        "the whole life of an empty test, a shared machine rewound", "-", "there is no rewind yet"));
    }
}
