package io.github.qmpjunit.junit;

import io.github.qmpjunit.qmp.QmpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/**
 * A set of versions, written as Maven's version ranges are.
 *
 * @param intervals versions that are in one of them are in the set; any version if there is none
 */
record VersionRange(List<Interval> intervals) {

    private static final Pattern INTERVAL =
            Pattern.compile("([\\[(])\\s*([\\d.]*)\\s*(?:(,)\\s*([\\d.]*)\\s*)?([\\])])");
    private static final Pattern WHOLE = Pattern.compile("(?:%1$s\\s*,\\s*)*%1$s".formatted(INTERVAL.pattern()));

    private record Interval(Optional<QmpVersion> from, boolean withFrom, Optional<QmpVersion> to, boolean withTo) {

        boolean contains(QmpVersion version) {
            boolean above = from.map(version::compareTo)
                    .map(order -> order > 0 || (withFrom && order == 0))
                    .orElse(true);
            boolean below = to.map(version::compareTo)
                    .map(order -> order < 0 || (withTo && order == 0))
                    .orElse(true);
            return above && below;
        }
    }

    static VersionRange parse(String text) {
        if (text.isBlank()) {
            return new VersionRange(List.of());
        }
        if (!WHOLE.matcher(text.strip()).matches()) {
            throw notUnderstood(text);
        }
        List<Interval> intervals = new ArrayList<>();
        Matcher matcher = INTERVAL.matcher(text);
        while (matcher.find()) {
            Optional<QmpVersion> from = version(matcher.group(2), text);
            boolean single = matcher.group(3) == null;
            if (single && from.isEmpty()) {
                throw notUnderstood(text);
            }
            intervals.add(new Interval(
                    from,
                    matcher.group(1).equals("["),
                    single ? from : version(matcher.group(4), text),
                    matcher.group(5).equals("]")));
        }
        return new VersionRange(intervals);
    }

    private static Optional<QmpVersion> version(String text, String range) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            int[] numbers = new int[3];
            String[] parts = text.split("\\.", -1);
            for (int i = 0; i < parts.length; i++) {
                numbers[i] = Integer.parseInt(parts[i]);
            }
            return Optional.of(new QmpVersion(numbers[0], numbers[1], numbers[2], ""));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw notUnderstood(range);
        }
    }

    private static ExtensionConfigurationException notUnderstood(String text) {
        return new ExtensionConfigurationException(
                "\"%s\" is no range of versions; write \"[8.1,)\" for 8.1 and later, \"[7.2,9.0)\" for 7.2 and later but before 9.0"
                        .formatted(text));
    }

    boolean contains(QmpVersion version) {
        return intervals.isEmpty() || intervals.stream().anyMatch(interval -> interval.contains(version));
    }
}
