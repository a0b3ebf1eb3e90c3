package io.github.qmpjunit.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What was measured in pairs, ours beside the floor. Each pair was taken within moments, so whatever else the machine did hit both; the
 * ratio is the median of the pairs' ratios, not the ratio of two medians.
 */
final class Pairs {

    private final List<Double> ours = new ArrayList<>();
    private final List<Double> floor = new ArrayList<>();
    private final List<Double> ratios = new ArrayList<>();

    /**
     * Measure in pairs.
     *
     * @param rounds how many pairs; who is first changes from one to the next
     * @param block how many samples make one side of a pair, by their median
     */
    static Pairs measure(int rounds, int block, Sample ours, Sample floor) throws Exception {
        Pairs pairs = new Pairs();
        for (int round = 0; round < rounds; round++) {
            boolean oursFirst = round % 2 == 0;
            double first = median(oursFirst ? ours : floor, block);
            double second = median(oursFirst ? floor : ours, block);
            pairs.add(oursFirst ? first : second, oursFirst ? second : first);
        }
        return pairs;
    }

    private static double median(Sample sample, int count) throws Exception {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = sample.take();
        }
        return quantile(values, 0.5);
    }

    void add(double oursValue, double floorValue) {
        ours.add(oursValue);
        floor.add(floorValue);
        ratios.add(oursValue / floorValue);
    }

    /** Return the median of our side. */
    double ours() {
        return quantile(ours, 0.5);
    }

    /** Return the median of the bare side. */
    double floor() {
        return quantile(floor, 0.5);
    }

    /** Return the median of the pairs' ratios. */
    double ratio() {
        return quantile(ratios, 0.5);
    }

    /** {@return the ratio, and between what its middle half lies} */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.2f (%.2f to %.2f)", ratio(), quantile(ratios, 0.25), quantile(ratios, 0.75));
    }

    static double quantile(List<Double> values, double part) {
        return quantile(values.stream().mapToDouble(Double::doubleValue).toArray(), part);
    }

    private static double quantile(double[] values, double part) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double place = part * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** Takes one sample, in nanoseconds or whatever else; what it does before and after need not count. */
    interface Sample {

        double take() throws Exception;
    }
}
