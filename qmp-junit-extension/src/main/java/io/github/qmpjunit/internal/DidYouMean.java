package io.github.qmpjunit.internal;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * Finds the names that a user may have meant: by edit distance, in which two letters that changed places count as one edit,
 * and case, {@code -} and {@code _} hardly count, since those are what people remember wrongly; and by how names begin.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class DidYouMean {

    private static final int MOST = 3;
    private static final int MOST_LISTED = 12;
    private static final int SHORTEST_BEGINNING = 3;

    private static final int EDIT = 10;
    private static final int SEPARATOR = 2;
    private static final int CASE = 1;

    private DidYouMean() {}

    /**
     * Return the names that may be meant by another one.
     *
     * @param given what was written
     * @param known the names there are
     * @return at most three, the nearest first; empty if none is near
     */
    public static List<String> of(String given, Collection<String> known) {
        int farthest = Math.max(EDIT, EDIT * given.length() / 3);
        Map<Integer, List<String>> byDistance = known.stream()
                .distinct()
                .sorted()
                .collect(Collectors.groupingBy(
                        name -> farness(given, name, farthest), TreeMap::new, Collectors.toList()));
        int nearest = byDistance.keySet().stream().findFirst().orElse(0);
        return byDistance.entrySet().stream()
                .filter(entry -> entry.getKey() <= farthest && entry.getKey() <= nearest + EDIT / 2)
                .flatMap(entry -> entry.getValue().stream())
                .limit(MOST)
                .toList();
    }

    /** A name that was cut short is near; the less is missing, the nearer it is. */
    private static int farness(String given, String name, int farthest) {
        int distance = distance(given, name);
        int missing = name.length() - given.length();
        return given.length() >= SHORTEST_BEGINNING && missing > 0 && name.startsWith(given)
                ? Math.min(distance, Math.min(EDIT + missing, farthest))
                : distance;
    }

    /**
     * Return the end of a sentence that suggests names.
     *
     * @param quotedSuggestions the names, each as the sentence shows it
     * @return {@code ; did you mean ...?}, or an empty string
     */
    public static String ending(List<String> quotedSuggestions) {
        if (quotedSuggestions.isEmpty()) {
            return "";
        }
        int last = quotedSuggestions.size() - 1;
        String before = String.join(", ", quotedSuggestions.subList(0, last));
        return "; did you mean " + before + (last == 0 ? "" : " or ") + quotedSuggestions.get(last) + "?";
    }

    /**
     * Return how a sentence about a name that is not known goes on: what was probably meant, and what there is.
     *
     * @param given the name that is not known
     * @param known the names there are
     * @return {@code ; did you mean "a"?}, {@code ; there are "a", "b"}, or {@code ; there are none}
     */
    public static String hint(String given, Collection<String> known) {
        List<String> near = of(given, known);
        String listed = known.stream()
                .limit(MOST_LISTED)
                .map("\"%s\""::formatted)
                .collect(Collectors.joining(", ", "", known.size() > MOST_LISTED ? ", ..." : ""));
        if (near.isEmpty()) {
            return "; there are " + (known.isEmpty() ? "none" : listed);
        }
        return ending(near.stream().map("\"%s\""::formatted).toList())
                + (known.size() > near.size() ? " There are " + listed : "");
    }

    /** Return the weighted edit distance, ten for a plain edit. */
    static int distance(String one, String other) {
        int[][] costs = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                if (i == 0 && j == 0) {
                    continue;
                }
                int best = Integer.MAX_VALUE;
                if (i > 0) {
                    best = Math.min(best, costs[i - 1][j] + single(one.charAt(i - 1)));
                }
                if (j > 0) {
                    best = Math.min(best, costs[i][j - 1] + single(other.charAt(j - 1)));
                }
                if (i > 0 && j > 0) {
                    best = Math.min(best, costs[i - 1][j - 1] + exchange(one.charAt(i - 1), other.charAt(j - 1)));
                }
                if (i > 1 && j > 1 && changedPlaces(one, i, other, j)) {
                    best = Math.min(best, costs[i - 2][j - 2] + EDIT);
                }
                costs[i][j] = best;
            }
        }
        return costs[one.length()][other.length()];
    }

    private static int single(char letter) {
        return isSeparator(letter) ? SEPARATOR : EDIT;
    }

    private static int exchange(char one, char other) {
        if (one == other) {
            return 0;
        }
        if (isSeparator(one) && isSeparator(other)) {
            return CASE;
        }
        return lower(one).equals(lower(other)) ? CASE : EDIT;
    }

    private static boolean changedPlaces(String one, int i, String other, int j) {
        return one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1);
    }

    private static boolean isSeparator(char letter) {
        return letter == '-' || letter == '_';
    }

    private static String lower(char letter) {
        return String.valueOf(letter).toLowerCase(Locale.ROOT);
    }
}
