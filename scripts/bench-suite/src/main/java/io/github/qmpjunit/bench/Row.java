package io.github.qmpjunit.bench;

import java.util.Locale;

/**
 * One row of the table.
 *
 * @param what what was measured
 * @param figure what it costs with us
 * @param floor what the same costs bare; a dash where there is nothing to compare with
 * @param ratio the one divided by the other, with its spread
 * @param target what was to be reached
 * @param verdict whether it was
 * @param note what else there is to say
 */
record Row(String what, String figure, String floor, String ratio, String target, String verdict, String note) {

    private static final String NONE = "-";

    /** Return a row for a cost, with its target: the ratio at most. */
    static Row cost(String what, Pairs pairs, Unit unit, double target, String note) {
        return new Row(
                what,
                unit.format(pairs.ours()),
                unit.format(pairs.floor()),
                pairs.toString(),
                String.format(Locale.ROOT, "at most %.2f", target),
                verdict(pairs.ratio() <= target),
                note);
    }

    /** Return a row for a rate, with its target: the ratio at least. */
    static Row rate(String what, Pairs pairs, Unit unit, double target, String note) {
        return new Row(
                what,
                unit.format(pairs.ours()),
                unit.format(pairs.floor()),
                pairs.toString(),
                String.format(Locale.ROOT, "at least %.2f", target),
                verdict(pairs.ratio() >= target),
                note);
    }

    /** Return a row for what is compared and has no target. */
    static Row shown(String what, Pairs pairs, Unit unit, String note) {
        return new Row(
                what, unit.format(pairs.ours()), unit.format(pairs.floor()), pairs.toString(), NONE, "shown", note);
    }

    /** Return a row for a figure that stands alone. */
    static Row shown(String what, String figure, String note) {
        return new Row(what, figure, NONE, NONE, NONE, "shown", note);
    }

    /** Return a row for a figure with a target of its own. */
    static Row judged(String what, String figure, String target, boolean met, String note) {
        return new Row(what, figure, NONE, NONE, target, verdict(met), note);
    }

    /** Return a row for what could not be measured here. */
    static Row notMeasured(String what, String target, String reason) {
        return new Row(what, NONE, NONE, NONE, target, "not measured: " + reason, "");
    }

    /** Return this row with another note. */
    Row withNote(String otherNote) {
        return new Row(what, figure, floor, ratio, target, verdict, otherNote);
    }

    private static String verdict(boolean met) {
        return met ? "met" : "missed";
    }

    /** What a figure is counted in. */
    enum Unit {
        /** Nanoseconds, shown as microseconds. */
        MICROSECONDS("us", 1e-3),
        /** Nanoseconds, shown as milliseconds. */
        MILLISECONDS("ms", 1e-6),
        /** A rate. */
        PER_SECOND("/s", 1);

        private final String symbol;
        private final double scale;

        Unit(String symbol, double scale) {
            this.symbol = symbol;
            this.scale = scale;
        }

        String format(double value) {
            double scaled = value * scale;
            return String.format(Locale.ROOT, scaled < 100 ? "%.1f" : "%,.0f", scaled) + " " + symbol;
        }
    }
}
