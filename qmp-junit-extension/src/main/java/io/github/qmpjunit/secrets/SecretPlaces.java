package io.github.qmpjunit.secrets;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Where secrets stand in texts, options and messages, told by what surrounds them. */
final class SecretPlaces {

    /** Not {@code password-secret}, {@code key-secret} and the like, which are ids. */
    private static final String KEY = "password|passwd|passphrase|cookie|crypted|psk";

    private static final Set<String> KEYS = Set.of(KEY.split("\\|"));

    /** A JSON string in group 1, or a bare value in group 2, in which QEMU's comma is written twice. */
    private static final String VALUE =
            "(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([^,\\s\"{}]++(?:,,[^,\\s\"{}]*+)*+))";

    /** QEMU reads JSON with single quotes as well. */
    private static final String SINGLE_QUOTED = "'\\s*:\\s*'([^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+)'";

    /** A member or an option's key with its value, as command lines, JSON and our own brief form write them. */
    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?:(?<![\\w-])|(?<=(?<![\\w-])--))(?:" + KEY + ")\"?(?:=|\\s*:\\s*)" + VALUE);

    private static final Pattern MEMBER = Pattern.compile("'(?:" + KEY + ")" + SINGLE_QUOTED);

    /** As variables of an environment are named; PWD alone is where one works. */
    private static final String VARIABLE_NAME =
            "[A-Z0-9_]*(?:PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|_PWD|_PASS|SSHPASS|(?:API|ACCESS|SECRET|PRIVATE)_KEY)=";

    private static final Pattern VARIABLE = Pattern.compile("(?<!\\w)" + VARIABLE_NAME + VALUE);

    /** Whose value, whatever stands in it, ends where the text does. */
    private static final Pattern WHOLE_VARIABLE = Pattern.compile(VARIABLE_NAME + "([^\\n]+)");

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
            Pattern.compile("io\\.systemd\\.credential(?:(?:\\.binary)?:[^=\\s,\"]+=|s/[^\\s,\"]+,string=)" + VALUE);

    /** One of them as an option, or what says that another option is one. */
    private static final Pattern CREDENTIAL_OPTION =
            Pattern.compile("value=io\\.systemd\\.credential(?:\\.binary)?:[^=]+=(.*)");

    private static final String CREDENTIAL_NAME = "name=opt/io.systemd.credentials/";

    private static final List<Pattern> EVERYWHERE =
            List.of(ASSIGNMENT, MEMBER, VARIABLE, URL, MONITOR, PRIVATE_KEY, CREDENTIAL);

    private static final Pattern SECRET_OBJECT = Pattern.compile("(?<![\\w-])secret(?:_keyring)?[\"']?\\s*,|qom-type");
    private static final Pattern DATA = Pattern.compile("(?<![\\w-])data\"?(?:=|\\s*:\\s*)" + VALUE);
    private static final Pattern DATA_MEMBER = Pattern.compile("'data" + SINGLE_QUOTED);

    private static final List<Pattern> WITH_DATA =
            Stream.concat(EVERYWHERE.stream(), Stream.of(DATA, DATA_MEMBER)).toList();

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

    /** Return the name of a member that is secret for what stands beside it; empty if there is none. */
    static String secretMember(JsonNode object) {
        JsonNode property = object.get("property"); // qom-set
        if (property != null && isSecret(true, property.asString(""))) {
            return "value";
        }
        return object.has("packet-header") ? "secret" : ""; // sev-inject-launch-secret
    }

    /** Return where the secret value of one of an argument's options begins; -1 if it has none. */
    static int valueIn(String option, boolean inSecretObject, List<String> all) {
        int equals = option.indexOf('=');
        if (equals <= 0) {
            return -1;
        }
        String key = option.substring(option.lastIndexOf('.', equals) + 1, equals); // cookie of file.cookie
        Matcher credential = CREDENTIAL_OPTION.matcher(option);
        int start = -1;
        if (isSecret(inSecretObject, key)) {
            start = equals + 1;
        } else if (credential.matches()) {
            start = credential.start(1);
        } else if (key.equals("string") && all.stream().anyMatch(other -> other.startsWith(CREDENTIAL_NAME))) {
            start = equals + 1;
        }
        return start < 0 || isSwitch(option.substring(start)) ? -1 : start;
    }

    /** Return where the value of a variable begins whose value is secret; -1 if the text is none. */
    static int valueOfVariable(String text) {
        if (!mayBeIn(text)) {
            return -1;
        }
        Matcher variable = WHOLE_VARIABLE.matcher(text);
        return variable.matches() && !isSwitch(variable.group(1)) ? variable.start(1) : -1;
    }

    /** Find what is secret in a text in which it {@linkplain #mayBeIn may be}. */
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
        return SECRET_OBJECT.matcher(text).find() ? WITH_DATA : EVERYWHERE;
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
