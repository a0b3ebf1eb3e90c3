package io.github.qmpjunit.qmp;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Where secrets stand in texts, options and messages, told by what surrounds them. */
final class SecretPlaces {

    /** Not {@code password-secret}, {@code key-secret} and the like, which are ids. */
    private static final String KEY = "password|passwd|passphrase|cookie|crypted|psk";

    private static final Set<String> KEYS = Set.of(KEY.split("\\|"));

    /** A JSON string in group 1, or a bare value in group 2, in which QEMU's comma is written twice. */
    private static final String VALUE =
            "(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([^,\\s\"{}]++(?:,,[^,\\s\"{}]*+)*+))";

    /** A member or an option's key with its value, as command lines, JSON and our own brief form write them. */
    private static final Pattern ASSIGNMENT = Pattern.compile("(?<![\\w-])(?:" + KEY + ")\"?(?:=|\\s*:\\s*)" + VALUE);

    /** As variables of an environment are named; PWD alone is where one works. */
    private static final Pattern VARIABLE =
            Pattern.compile("(?<!\\w)[A-Z0-9_]*(?:PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|_PWD)=" + VALUE);

    /** {@code iscsi} has a percent sign between name and password. */
    private static final Pattern URL = Pattern.compile(
            "\\w://[^/\\s:@\"]*:([^/\\s@\"]+)@|iscsi://[^/\\s%@\"]*%([^/\\s@\"]+)@|rbd:[^\\s,\"]{1,500}:key=([^:,\\s\"]+)");

    private static final Pattern MONITOR = Pattern.compile(
            "(?:(?:set_password\\s+\\w+|change\\s+vnc\\s+passw(?:or)?d|qom-set\\s+\\S+\\s+data)\\s+|property=data\\s+value=)"
                    + "(?:\"([^\"]*)\"|([^\\s\"]+))");

    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----((?s:.*?))(?:-----END|\\z)");

    /** What systemd takes out of SMBIOS and fw_cfg. */
    private static final Pattern CREDENTIAL =
            Pattern.compile("io\\.systemd\\.credential(?:\\.binary)?:[^=\\s,\"]+=" + VALUE);

    private static final List<Pattern> EVERYWHERE =
            List.of(ASSIGNMENT, VARIABLE, URL, MONITOR, PRIVATE_KEY, CREDENTIAL);

    private static final Pattern SECRET_OBJECT = Pattern.compile("(?<![\\w-])secret(?:_keyring)?\"?\\s*,|qom-type");
    private static final Pattern DATA = Pattern.compile("(?<![\\w-])data\"?(?:=|\\s*:\\s*)" + VALUE);

    /** One of them is in each text in which a pattern finds something. Cheap to look for: most texts have none. */
    private static final List<String> SIGNS = List.of(
            "pass",
            "://",
            "secret",
            "cookie",
            "qom-",
            "SECRET",
            "TOKEN",
            "PASS",
            "_PWD",
            "KEY",
            "rbd:",
            "psk",
            "crypted",
            "io.systemd.credential");

    private static final Set<String> SWITCHES = Set.of("on", "off", "true", "false", "yes", "no", Secrets.MASK);

    private SecretPlaces() {}

    /** Return whether it is worth looking for secrets in a text. */
    static boolean mayBeIn(String text) {
        if (!hasSeparator(text)) {
            return false;
        }
        for (String sign : SIGNS) {
            if (text.contains(sign)) {
                return true;
            }
        }
        return false;
    }

    /** A secret has something before it, from which something separates it; a name, a status, a number has not. */
    private static boolean hasSeparator(String text) {
        return text.indexOf('=') >= 0 || text.indexOf(':') >= 0 || text.indexOf(' ') >= 0;
    }

    /** Return whether the value of a member or option is secret. */
    static boolean isSecret(boolean inSecretObject, String key) {
        return KEYS.contains(key) || (inSecretObject && key.equals("data"));
    }

    /** Return whether a value says yes or no to something, as in {@code -vnc :1,password=on}. */
    static boolean isSwitch(String value) {
        return SWITCHES.contains(value);
    }

    /** Return whether a message's object makes a secret. */
    static boolean isSecretObject(JsonNode object) {
        JsonNode type = object.get("qom-type");
        return type != null && type.asString("").startsWith("secret");
    }

    /** Return whether it is the arguments of a {@code qom-set} that changes a secret. */
    static boolean setsSecret(JsonNode object) {
        JsonNode property = object.get("property");
        return property != null && isSecret(true, property.asString(""));
    }

    /** Find what is secret in a text. */
    static void find(String text, Consumer<String> found) {
        for (Pattern pattern : patternsFor(text)) {
            Matcher matcher = pattern.matcher(text);
            while (matcher.find()) {
                found.accept(text.substring(start(matcher), end(matcher)));
            }
        }
    }

    /** Return the text with what is secret in it masked. */
    static String mask(String text) {
        if (!mayBeIn(text)) {
            return text;
        }
        String masked = text;
        for (Pattern pattern : patternsFor(text)) {
            masked = pattern.matcher(masked).replaceAll(match -> Matcher.quoteReplacement(inPlace(match)));
        }
        return masked;
    }

    private static List<Pattern> patternsFor(String text) {
        if (!mayBeIn(text)) {
            return List.of();
        }
        return SECRET_OBJECT.matcher(text).find()
                ? List.of(ASSIGNMENT, VARIABLE, URL, MONITOR, PRIVATE_KEY, CREDENTIAL, DATA)
                : EVERYWHERE;
    }

    private static String inPlace(MatchResult match) {
        String all = match.group();
        int start = start(match) - match.start();
        int end = end(match) - match.start();
        return isSwitch(all.substring(start, end)) ? all : all.substring(0, start) + Secrets.MASK + all.substring(end);
    }

    private static int start(MatchResult match) {
        return match.start(group(match));
    }

    private static int end(MatchResult match) {
        return match.end(group(match));
    }

    private static int group(MatchResult match) {
        int group = 1;
        while (match.start(group) < 0) {
            group++;
        }
        return group;
    }
}
