package io.github.qmpjunit.secrets;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The names under which confidential values are found: of members, options, variables, headers and parameters. A table; the
 * categories are those of the well-known scanners for secrets (passwords, tokens, keys, credentials, sessions, signatures).
 *
 * <p>Names are compared without regard to case, to {@code -} and {@code _}, to a plural's s and to a number at the end: {@code
 * DB_PASSWORD}, {@code dbPassword} and {@code db-password2} are one name.
 */
final class ConfidentialNames {

    /** How likely the name's value is a secret. */
    enum Kind {
        NONE,
        /** A confidential value, or perhaps the path of a file with one, or a small number. */
        LIKELY,
        CERTAIN
    }

    /** A name that ends so is confidential. */
    private static final List<String> ENDINGS =
            List.of("password", "passwd", "passphrase", "passcode", "passwort", "sshpass", "secret", "cookie");

    /** Endings that are also used for values that are not confidential. */
    private static final List<String> LIKELY_ENDINGS = List.of(
            "token",
            "bearer",
            "credential",
            "apikey",
            "accesskey",
            "secretkey",
            "privatekey",
            "sharedkey",
            "accountkey",
            "encryptionkey",
            "signingkey",
            "masterkey");

    /** A name of several words is confidential if this is its last one: {@code GITHUB_PAT}. Alone these words mean little. */
    private static final Set<String> LAST_WORDS =
            Set.of("key", "auth", "pass", "pat", "pwd", "pw", "dsn", "jwt", "otp", "creds", "sas");

    /** The whole name. */
    private static final Set<String> NAMES = Set.of("psk", "crypted", "authorization", "proxyauthorization");

    private static final Set<String> LIKELY_NAMES = Set.of("pass", "jwt", "auths", "dockerauthconfig");

    /** The whole name of a parameter in a URL, where a signature grants access. */
    private static final Set<String> PARAMETERS =
            Set.of("sig", "signature", "amzsignature", "xamzsignature", "xgoogsignature", "key", "auth", "pwd", "code");

    /** The whole name of a header whose value goes to the end of its line. */
    private static final Set<String> HEADERS = Set.of("authorization", "proxyauthorization", "cookie", "setcookie");

    /** Not confidential: ids of QEMU's objects, public keys, keys of other kinds. */
    private static final Set<String> HARMLESS = Set.of(
            "passwordsecret",
            "proxypasswordsecret",
            "keysecret",
            "cookiesecret",
            "oldsecret",
            "newsecret",
            "tlscreds",
            "primarykey",
            "foreignkey",
            "sortkey",
            "cachekey",
            "hostkey",
            "sendkey");

    private static final List<String> HARMLESS_ENDINGS = List.of("publickey", "authorizedkey", "knownkey");

    /** Members that hold Base64 of a text: what a guest's program reads and writes, and a guest's files. */
    static final Set<String> ENCODED = Set.of("out-data", "err-data", "buf-b64");

    /** The member that holds Base64 of a guest program's input, which may be just a password. */
    static final String ENCODED_INPUT = "input-data";

    /** Members of an object that name another of its members, which then holds the value. */
    static final List<String> NAMING = List.of("property", "name", "key");

    /** Indexed by the last two letters of all words above, so that most names are rejected at almost no cost. */
    private static final boolean[] LAST_LETTERS = new boolean[26 * 26];

    static {
        for (Collection<String> words : List.of(ENDINGS, LIKELY_ENDINGS, LAST_WORDS, NAMES, LIKELY_NAMES)) {
            for (String word : words) {
                LAST_LETTERS[lastLetters(word, word.length())] = true;
            }
        }
    }

    private ConfidentialNames() {}

    /** Return whether it is worth looking at a name; {@code data} is for the caller to know. */
    static boolean mayBeConfidential(CharSequence text, int begin, int end) {
        int last = end;
        while (last > begin && text.charAt(last - 1) >= '0' && text.charAt(last - 1) <= '9') {
            last--;
        }
        return isLastLetter(text, begin, last)
                || (last > begin && isLetter(text, last - 1, 's') && isLastLetter(text, begin, last - 1));
    }

    private static boolean isLastLetter(CharSequence text, int begin, int end) {
        if (end - begin < 2) {
            return false;
        }
        int letters = lastLetters(text, end);
        return letters >= 0 && LAST_LETTERS[letters];
    }

    private static int lastLetters(CharSequence text, int end) {
        int last = (text.charAt(end - 1) | 32) - 'a';
        int before = (text.charAt(end - 2) | 32) - 'a';
        return last < 0 || last >= 26 || before < 0 || before >= 26 ? -1 : before * 26 + last;
    }

    /** Return what a name makes of its value. */
    static Kind kindOf(String name) {
        if (!mayBeConfidential(name, 0, name.length())) {
            return Kind.NONE;
        }
        int begin = name.lastIndexOf('.') + 1; // cookie of file.cookie
        String plain = plain(name, begin);
        if (plain.length() < 2 || HARMLESS.contains(plain) || endsWithOneOf(plain, HARMLESS_ENDINGS)) {
            return Kind.NONE;
        }
        if (endsWithOneOf(plain, ENDINGS) || NAMES.contains(plain)) {
            return Kind.CERTAIN;
        }
        if (endsWithOneOf(plain, LIKELY_ENDINGS)
                || LIKELY_NAMES.contains(plain)
                || isLastWordConfidential(name, begin)) {
            return Kind.LIKELY;
        }
        return Kind.NONE;
    }

    static boolean isConfidential(String name) {
        return kindOf(name) != Kind.NONE;
    }

    static boolean isParameter(String name) {
        return PARAMETERS.contains(plain(name, 0));
    }

    static boolean isHeader(String name) {
        return HEADERS.contains(plain(name, 0));
    }

    private static boolean endsWithOneOf(String plain, List<String> endings) {
        for (String ending : endings) {
            if (plain.endsWith(ending)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLastWordConfidential(String name, int begin) {
        int word = name.length();
        while (word > begin && !isWordsBegin(name, word)) {
            word--;
        }
        return word > begin && LAST_WORDS.contains(plain(name, word));
    }

    /** Return whether a word begins here, after another one: after a separator, or at a hump. */
    private static boolean isWordsBegin(String name, int place) {
        if (place >= name.length()) {
            return false;
        }
        char before = name.charAt(place - 1);
        return before == '-'
                || before == '_'
                || (Character.isUpperCase(name.charAt(place)) && Character.isLowerCase(before));
    }

    /** Return the name from a place on, in lower case, without separators, a number at its end, and a plural's s. */
    private static String plain(String name, int begin) {
        int end = name.length();
        while (end > begin && Character.isDigit(name.charAt(end - 1))) {
            end--;
        }
        if (end - begin > 3 && isLetter(name, end - 1, 's') && !isLetter(name, end - 2, 's') && !isCreds(name, end)) {
            end--;
        }
        StringBuilder plain = new StringBuilder(end - begin);
        for (int i = begin; i < end; i++) {
            char next = name.charAt(i);
            if (next != '-' && next != '_') {
                plain.append(next < 128 ? (char) (next >= 'A' && next <= 'Z' ? next + 32 : next) : next);
            }
        }
        return plain.toString();
    }

    /** Words that are plurals already, and are in the table as they are. */
    private static boolean isCreds(String name, int end) {
        String last = name.substring(Math.max(0, end - 5), end).toLowerCase(Locale.ROOT);
        return last.endsWith("creds") || last.endsWith("auths") || last.endsWith("sas");
    }

    private static boolean isLetter(CharSequence name, int place, char lower) {
        return (name.charAt(place) | 32) == lower;
    }
}
