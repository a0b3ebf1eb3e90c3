package io.github.qmpjunit.secrets;

import io.github.qmpjunit.secrets.ConfidentialNames.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Scans a text once for values behind a confidential name, in any notation: {@code name=value}, {@code
 * "name": "value"}, {@code --name value}, {@code <name>value</name>}, {@code Name: value}; and for tokens with a recognizable form.
 *
 * <p>Every text for people passes through here, and most have no secret. So each character is examined once, and a
 * name only if a separator follows it. The time is linear in the text's length.
 */
final class SecretScan {

    private static final int LONGEST_NAME = 128;

    /** Behind these words the value itself follows. */
    private static final Set<String> SCHEMES = Set.of("bearer", "basic", "digest", "token", "negotiate", "apikey");

    private static final int SHORTEST_BEARER = 8;

    /** A number that is shorter counts something. */
    private static final int SHORTEST_NUMBER = 6;

    private final String text;
    private final boolean inSecretObject;
    private final boolean commasSeparate;
    private final List<Span> spans = new ArrayList<>();

    /**
     * @param inSecretObject whether {@code data} is also a confidential name
     * @param commasSeparate whether a comma may end a value, as in QEMU's options; it does not in a kernel's command line
     */
    private SecretScan(String text, boolean inSecretObject, boolean commasSeparate) {
        this.text = text;
        this.inSecretObject = inSecretObject;
        this.commasSeparate = commasSeparate;
    }

    static List<Span> of(String text, boolean inSecretObject, boolean commasSeparate) {
        SecretScan scan = new SecretScan(text, inSecretObject, commasSeparate);
        scan.scan();
        return scan.spans;
    }

    private void scan() {
        boolean options = text.startsWith("-") || text.contains(" -") || text.contains("earer ");
        boolean elements = text.contains("</");
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char next = text.charAt(i);
            int end = i;
            if (next == '=' || next == ':') {
                end = assignment(i);
            } else if (next == ' ') {
                end = options ? option(i) : i;
            } else if (next == '>') {
                end = elements ? element(i) : i;
            } else if (TokenShapes.mayBeginWith(next) && (i == 0 || !isWord(text.charAt(i - 1)))) {
                end = token(i);
            }
            i = Math.max(i, end - 1);
        }
    }

    private int token(int begin) {
        int end = TokenShapes.endOf(text, begin);
        return end < 0 ? begin : found(begin, end, Kind.CERTAIN);
    }

    /** Look at a separator; return where the value behind it ends, or the separator's own place. */
    private int assignment(int place) {
        char separator = text.charAt(place);
        if (isPartOfOther(place, separator)) {
            return place;
        }
        int end = place;
        if (separator == '=' && end > 0 && text.charAt(end - 1) == ':') {
            end--;
        }
        int blanksEnd = end;
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        boolean blankBefore = end < blanksEnd;
        boolean quoted = false;
        if (end > 0 && isQuote(text.charAt(end - 1))) {
            quoted = true;
            end--;
            while (end > 0 && text.charAt(end - 1) == '\\') {
                end--;
            }
        } else if (end > 0 && text.charAt(end - 1) == ']') {
            int[] inside = inBrackets(end);
            end = inside[0];
            quoted = true;
            if (end < 0) {
                return place;
            }
        }
        int begin = nameBefore(end);
        if (begin == end) {
            return place;
        }
        if (!inSecretObject && !isParameter(begin) && !ConfidentialNames.mayBeConfidential(text, begin, end)) {
            return place;
        }
        String name = text.substring(begin, end);
        Kind kind = kindOf(name, begin);
        if (kind == Kind.NONE || name.contains("systemd.credential")) {
            return place;
        }
        int value = place + 1;
        if (text.startsWith("=>", place)) {
            value++;
        }
        int valueBegin = value;
        if (separator == ':' || blankBefore || quoted) {
            value = afterBlanks(value);
        }
        if (value >= text.length()) {
            return place;
        }
        if (separator == ':' && !quoted && value > valueBegin && kind == Kind.LIKELY && isProse(begin, value)) {
            return place;
        }
        if (separator == ':' && !isOpening(value) && ConfidentialNames.isHeader(name)) {
            return foundBehindScheme(value, endOfHeader(begin, value), kind);
        }
        return value(value, kind, separator);
    }

    /** {@code ==}, {@code !=}, {@code <=}, {@code ://}: no assignments. */
    private boolean isPartOfOther(int place, char separator) {
        char after = place + 1 < text.length() ? text.charAt(place + 1) : ' ';
        char before = place > 0 ? text.charAt(place - 1) : ' ';
        return separator == ':'
                ? after == '=' || after == ':' || before == ':' || text.startsWith("//", place + 1)
                : after == '=' || before == '=' || before == '!' || before == '<' || before == '>';
    }

    private boolean isParameter(int begin) {
        return begin > 0 && (text.charAt(begin - 1) == '?' || text.charAt(begin - 1) == '&');
    }

    private Kind kindOf(String name, int begin) {
        if (inSecretObject && name.substring(name.lastIndexOf('.') + 1).equals("data")) {
            return Kind.CERTAIN;
        }
        Kind kind = ConfidentialNames.kindOf(name);
        return kind == Kind.NONE && isParameter(begin) && ConfidentialNames.isParameter(name) ? Kind.CERTAIN : kind;
    }

    /** Return where the name ends that an index or a key in brackets belongs to: {@code user[password]}, {@code passwords[0]}. */
    private int[] inBrackets(int end) {
        int open = text.lastIndexOf('[', end - 1);
        if (open < 0 || end - open > LONGEST_NAME) {
            return new int[] {-1};
        }
        int inner = end - 1;
        if (inner > open + 1 && isQuote(text.charAt(inner - 1))) {
            inner--;
        }
        boolean number = text.substring(open + 1, inner).chars().allMatch(Character::isDigit);
        return new int[] {number ? open : inner};
    }

    private int nameBefore(int end) {
        int begin = end;
        while (begin > 0 && end - begin < LONGEST_NAME && isName(text.charAt(begin - 1))) {
            begin--;
        }
        return begin;
    }

    private int afterBlanks(int place) {
        int after = place;
        while (after < text.length() && text.charAt(after) == ' ') {
            after++;
        }
        return after;
    }

    /** Return whether a sentence is being written: {@code Unexpected token: x}. */
    private boolean isProse(int nameBegin, int value) {
        return nameBegin > 1
                && text.charAt(nameBegin - 1) == ' '
                && Character.isLetterOrDigit(text.charAt(nameBegin - 2))
                && !isOpening(value);
    }

    private boolean isOpening(int value) {
        char first = text.charAt(value);
        return isQuote(first) || first == '\\' || first == '{' || first == '[';
    }

    private int endOfHeader(int nameBegin, int value) {
        char before = nameBegin > 0 ? text.charAt(nameBegin - 1) : ' ';
        for (int i = value; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '\n' || next == '\r' || next == '"' || (isQuote(before) && next == before)) {
                return i;
            }
        }
        return text.length();
    }

    private int value(int begin, Kind kind, char separator) {
        int open = begin;
        while (open < text.length() && text.charAt(open) == '\\') {
            open++;
        }
        if (open < text.length() && isQuote(text.charAt(open))) {
            return found(open + 1, endOfQuoted(begin, open), kind);
        }
        char first = text.charAt(begin);
        if (first == '[' || (first == '{' && separator == ':')) {
            return found(begin + 1, endOfContainer(begin), kind);
        }
        return foundBehindScheme(begin, endOfBare(begin), kind);
    }

    /** In JSON within JSON, quotes are escaped: they end at quotes that are escaped as often. */
    private int endOfQuoted(int begin, int open) {
        if (open > begin) {
            int close = text.indexOf(text.substring(begin, open + 1), open + 1);
            return close < 0 ? text.length() : close;
        }
        char quote = text.charAt(open);
        for (int i = open + 1; i < text.length(); i++) {
            char next = text.charAt(i);
            if (quote == '\'' && text.startsWith("'\\''", i)) {
                i += 3; // how a shell has a quote between quotes
            } else if (next == '\\') {
                i++;
            } else if (next == quote) {
                return i;
            }
        }
        return text.length();
    }

    private int endOfContainer(int begin) {
        int depth = 0;
        for (int i = begin; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '"') {
                i = endOfQuoted(i, i);
            } else if (next == '[' || next == '{') {
                depth++;
            } else if (next == ']' || next == '}') {
                depth--;
                if (depth == 0) {
                    return i;
                }
            }
        }
        return text.length();
    }

    private int endOfBare(int begin) {
        boolean braces = text.charAt(begin) == '{';
        int i = begin;
        while (i < text.length()) {
            char next = text.charAt(i);
            if (isBlank(next) || next == '"' || next == '<' || (!braces && (next == '{' || next == '}'))) {
                break;
            }
            if (next == ',' && commasSeparate && text.startsWith(",", i + 1)) {
                i++; // QEMU's comma
            } else if (((next == ',' && commasSeparate) || next == ';' || next == '&') && isOtherBehind(i)) {
                break;
            }
            i++;
        }
        int end = Math.min(i, text.length());
        if (end < text.length()
                && text.charAt(end) == ' '
                && SCHEMES.contains(text.substring(begin, end).toLowerCase(Locale.ROOT))) {
            int word = afterBlanks(end);
            return word < text.length() ? endOfWord(word) : end;
        }
        return end > begin + 1 && text.charAt(end - 1) == '\'' ? end - 1 : end;
    }

    /** Return whether another option, parameter or setting follows a separator, or nothing: else the separator is of the value. */
    private boolean isOtherBehind(int separator) {
        int i = separator + 1;
        while (i < text.length() && i - separator < LONGEST_NAME && isName(text.charAt(i))) {
            i++;
        }
        if (i >= text.length()) {
            return i == separator + 1;
        }
        char after = text.charAt(i);
        return i == separator + 1 ? isBlank(after) || isQuote(after) : after == '=' || after == ':';
    }

    private int endOfWord(int begin) {
        int i = begin;
        while (i < text.length() && !isBlank(text.charAt(i)) && text.charAt(i) != '"' && text.charAt(i) != '\'') {
            i++;
        }
        return i;
    }

    /** Look at a blank: behind an option, {@code --token x}, or {@code Bearer x}. */
    private int option(int place) {
        int begin = nameBefore(place);
        int value = afterBlanks(place);
        if (begin == place || value >= text.length()) {
            return place;
        }
        String name = text.substring(begin, place);
        if (name.equalsIgnoreCase("bearer")) {
            int end = endOfWord(value);
            boolean token = end - value >= SHORTEST_BEARER
                    && text.substring(value, end).chars().anyMatch(Character::isDigit);
            return token ? found(value, end, Kind.CERTAIN) : place;
        }
        Kind kind = name.startsWith("-") && text.charAt(value) != '-' ? ConfidentialNames.kindOf(name) : Kind.NONE;
        if (kind == Kind.NONE) {
            return place;
        }
        return isQuote(text.charAt(value))
                ? found(value + 1, endOfQuoted(value, value), kind)
                : found(value, endOfWord(value), kind);
    }

    /** Look at the end of a tag. */
    private int element(int place) {
        int begin = nameBefore(place);
        if (begin == place || begin == 0 || text.charAt(begin - 1) != '<') {
            return place;
        }
        Kind kind = ConfidentialNames.kindOf(text.substring(begin, place));
        int end = text.indexOf("</", place + 1);
        return kind == Kind.NONE || end < 0 ? place : found(place + 1, end, kind);
    }

    /** {@code Bearer x}: it is x that is secret. */
    private int foundBehindScheme(int begin, int end, Kind kind) {
        int word = text.indexOf(' ', begin);
        boolean scheme = word > begin
                && word < end
                && SCHEMES.contains(text.substring(begin, word).toLowerCase(Locale.ROOT));
        return found(scheme ? afterBlanks(word) : begin, end, kind);
    }

    private int found(int begin, int end, Kind kind) {
        if (begin < end) {
            String value = text.substring(begin, end);
            if (isSecret(value, kind)) {
                spans.add(new Span(begin, end, isDistinctive(value, kind)));
            }
        }
        return Math.max(begin, end);
    }

    /** Return whether a value behind such a name is one to keep, not a yes or a count. */
    static boolean isSecret(String value, Kind kind) {
        return kind != Kind.NONE
                && !value.isBlank()
                && !SecretPlaces.isSwitch(value)
                && !(kind == Kind.LIKELY
                        && value.length() < SHORTEST_NUMBER
                        && value.chars().allMatch(Character::isDigit));
    }

    /** Return whether it must also be masked elsewhere. */
    static boolean isDistinctive(String value, Kind kind) {
        return kind == Kind.CERTAIN || !(value.startsWith("/") || value.startsWith("./") || value.startsWith("~"));
    }

    private static boolean isQuote(char next) {
        return next == '"' || next == '\'';
    }

    private static boolean isBlank(char next) {
        return next == ' ' || next == '\n' || next == '\t' || next == '\r';
    }

    private static boolean isWord(char next) {
        return Character.isLetterOrDigit(next) || next == '_';
    }

    private static boolean isName(char next) {
        return next == '_' || next == '-' || next == '.' || Character.isLetterOrDigit(next);
    }
}
