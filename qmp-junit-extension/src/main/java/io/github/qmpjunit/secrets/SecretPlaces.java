package io.github.qmpjunit.secrets;

import io.github.qmpjunit.secrets.ConfidentialNames.Kind;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Finds secrets in texts, options and messages by their context. */
final class SecretPlaces {

    /** The context that makes {@code data} a confidential name. */
    private static final class SecretObject {

        static final Pattern PATTERN = Pattern.compile("(?<![\\w-])secret(?:_keyring)?[\"']?\\s*,|qom-type");
    }

    /** One of them as an option, or what says that another option is one. */
    private static final String CREDENTIAL_OPTION = "value=io.systemd.credential";

    private static final String CREDENTIAL_NAME = "name=opt/io.systemd.credentials/";

    private static final Set<String> SWITCHES =
            Set.of("on", "off", "true", "false", "yes", "no", "null", "none", Secrets.MASK);

    private SecretPlaces() {}

    /** Return whether a value says yes or no to something, as in {@code -vnc :1,password=on}. */
    static boolean isSwitch(String value) {
        return SWITCHES.contains(value);
    }

    /** Return how likely the value of a member or option is a secret. */
    static Kind kindOf(boolean inSecretObject, String key) {
        return inSecretObject && key.equals("data") ? Kind.CERTAIN : ConfidentialNames.kindOf(key);
    }

    /** Return whether a message's object makes a secret. */
    static boolean isSecretObject(JsonNode object) {
        JsonNode type = object.get("qom-type");
        return type != null && type.asString("").startsWith("secret");
    }

    /** Return the name of a member that is secret because of its neighbours; empty if no member is. */
    static String secretMember(JsonNode object) {
        if (object.has("value")) {
            for (String naming : ConfidentialNames.NAMING) {
                JsonNode name = object.get(naming);
                if (name != null && kindOf(naming.equals("property"), name.asString("")) != Kind.NONE) {
                    return "value";
                }
            }
        }
        return object.has("packet-header") ? "secret" : ""; // sev-inject-launch-secret
    }

    /** Return where the secret value of one of an argument's options begins; -1 if it has none. */
    static int valueIn(String option, boolean inSecretObject, List<String> all) {
        int equals = option.indexOf('=');
        if (equals <= 0 || option.lastIndexOf(' ', equals) >= 0) {
            return -1; // a blank: no option of QEMU's, but a text with an assignment in it
        }
        String key = option.substring(option.lastIndexOf('.', equals) + 1, equals); // cookie of file.cookie
        Kind kind = kindOf(inSecretObject, key);
        int start = equals + 1;
        if (option.startsWith(CREDENTIAL_OPTION)) {
            int second = option.indexOf('=', start);
            kind = second < 0 ? Kind.NONE : Kind.CERTAIN;
            start = second + 1;
        } else if (key.equals("string") && all.stream().anyMatch(SecretPlaces::namesSecret)) { // of fw_cfg
            kind = Kind.CERTAIN;
        }
        return SecretScan.isSecret(option.substring(start), kind) ? start : -1;
    }

    private static boolean namesSecret(String option) {
        return option.startsWith(CREDENTIAL_NAME)
                || (option.startsWith("name=")
                        && ConfidentialNames.isConfidential(option.substring(option.lastIndexOf('/') + 1)));
    }

    /** Return where the value of a variable of an environment begins whose value is secret; -1 if the text is none. */
    static int valueOfVariable(String text) {
        int end = 0;
        while (end < text.length() && isPartOfVariable(text.charAt(end))) {
            end++;
        }
        return end == 0 || end >= text.length() || text.charAt(end) != '=' ? -1 : valueOfVariable(text, end);
    }

    /** Return the same of a text that certainly is a variable, whatever its name looks like. */
    static int valueOfAnyVariable(String text) {
        int equals = text.indexOf('=');
        return equals <= 0 ? -1 : valueOfVariable(text, equals);
    }

    private static int valueOfVariable(String text, int equals) {
        Kind kind = ConfidentialNames.kindOf(text.substring(0, equals));
        return kind != Kind.NONE && text.indexOf('\n') < 0 && SecretScan.isSecret(text.substring(equals + 1), kind)
                ? equals + 1
                : -1;
    }

    private static boolean isPartOfVariable(char next) {
        return (next >= 'A' && next <= 'Z') || (next >= '0' && next <= '9') || next == '_';
    }

    /** Return whether a word of a command line says that the next one is secret: {@code --token x}. */
    static boolean isBeforeSecret(String word, String next) {
        return word.startsWith("-")
                && word.indexOf('=') < 0
                && !next.startsWith("-")
                && SecretScan.isSecret(next, ConfidentialNames.kindOf(word));
    }

    /** Return whether a word of QEMU's command line says that the next one is a kernel's. */
    static boolean isBeforeKernelsLine(String word) {
        return word.equals("-append") || word.equals("--append");
    }

    /** Find what is secret in a text. */
    static List<Span> find(String text) {
        return find(text, true);
    }

    /** Find what is secret in a kernel's command line, in which a value ends at a blank. */
    static List<Span> findInKernelsLine(String text) {
        return find(text, false);
    }

    private static List<Span> find(String text, boolean commasSeparate) {
        if (!mayBeIn(text)) {
            return List.of();
        }
        boolean inSecretObject = (text.contains("secret") || text.contains("qom-type"))
                && SecretObject.PATTERN.matcher(text).find();
        List<Span> spans = SecretScan.of(text, inSecretObject, commasSeparate);
        SecretPatterns.find(text, spans);
        ProgramOptions.find(text, spans);
        return spans;
    }

    /** A secret has something before it, from which something separates it, or is a token; a name, a status, a number is neither. */
    private static boolean mayBeIn(String text) {
        if (text.indexOf('=') >= 0 || text.indexOf(':') >= 0 || text.indexOf(' ') >= 0 || text.indexOf('>') >= 0) {
            return true;
        }
        for (int i = 0; i < text.length() - TokenShapes.SHORTEST; i++) {
            if (TokenShapes.mayBeginWith(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** Return the text with what is secret in it masked. */
    static String mask(String text) {
        return Span.mask(text, find(text));
    }
}
