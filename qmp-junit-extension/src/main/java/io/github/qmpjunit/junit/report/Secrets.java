package io.github.qmpjunit.junit.report;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The secrets that a test's machines were given: the data of {@code secret} objects, passwords, cookies, and the passwords in URLs.
 *
 * <p>They are masked where they stand, and wherever else the same text turns up (an error's message, the guest's console), unless
 * it is so short that it is likely to be a common word. Immutable.
 */
final class Secrets {

    static final String MASK = "***";

    /** Not {@code password-secret} and the like, which are ids. */
    private static final Set<String> KEYS = Set.of("password", "passwd", "passphrase", "cookie", "crypted", "psk");

    /** A JSON string in group 1, or a bare value in group 2, in which QEMU's comma is written twice. */
    private static final String VALUE =
            "(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([^,\\s\"{}]++(?:,,[^,\\s\"{}]*+)*+))";

    /** A member or an option's key with its value, as command lines, JSON and our own brief form write them. */
    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?<![\\w-])(?:password|passwd|passphrase|cookie|crypted|psk)\"?(?:=|\\s*:\\s*)" + VALUE);

    private static final Pattern SECRET_OBJECT = Pattern.compile("(?<![\\w-])secret(?:_keyring)?\"?\\s*,|qom-type");
    private static final Pattern DATA = Pattern.compile("(?<![\\w-])data\"?(?:=|\\s*:\\s*)" + VALUE);
    private static final Pattern URL = Pattern.compile("\\w://[^/\\s:@\"]*:([^/\\s@\"]+)@()");
    private static final Pattern MONITOR =
            Pattern.compile("(?:set_password\\s+\\w+|change\\s+vnc\\s+password)\\s+([^\\s\"]+)()");

    private static final Set<String> SWITCHES = Set.of("on", "off", "true", "false", "yes", "no", MASK);

    /** Shorter ones are masked where they stand, and not elsewhere. */
    private static final int UNMISTAKABLE = 5;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Set<String> values = new HashSet<>();
    private List<String> everywhere = List.of();

    private Secrets() {}

    /** Collect the secrets in arguments of command lines and in messages. */
    static Secrets in(Collection<String> arguments, Collection<JsonNode> messages) {
        Secrets secrets = new Secrets();
        arguments.forEach(secrets::collectArgument);
        messages.forEach(secrets::collect);
        secrets.everywhere = secrets.values.stream()
                .filter(value -> value.length() >= UNMISTAKABLE)
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        return secrets;
    }

    /** Return whether there is anything to mask. */
    boolean isEmpty() {
        return values.isEmpty();
    }

    /** An argument's options end at single commas, so their values are known whole, whatever stands in them. */
    private void collectArgument(String argument) {
        collect(argument);
        String[] options = argument.split("(?<!,),(?!,)", -1);
        boolean secret = options[0].matches("(?:qom-type=)?secret(?:_keyring)?");
        for (String option : options) {
            int equals = option.indexOf('=');
            String key = option.substring(option.lastIndexOf('.', Math.max(equals, 0)) + 1, Math.max(equals, 0));
            if (equals > 0 && isSecret(secret, key)) {
                add(option.substring(equals + 1));
            }
        }
    }

    private void collect(String text) {
        patternsFor(text).forEach(pattern -> {
            Matcher matcher = pattern.matcher(text);
            while (matcher.find()) {
                add(text.substring(start(matcher), end(matcher)));
            }
        });
        if (text.startsWith("{")) {
            try {
                collect(JSON.readTree(text));
            } catch (JacksonException e) {
                // The patterns have seen it already.
            }
        }
    }

    private void collect(JsonNode tree) {
        if (tree.isObject()) {
            boolean secret = isSecretObject(tree);
            tree.properties().forEach(member -> {
                JsonNode value = member.getValue();
                if (value.isString() && isSecret(secret, member.getKey())) {
                    add(value.asString());
                } else if (secret && member.getKey().equals("props")) {
                    add(value.path("data").asString(""));
                }
                collect(value);
            });
        } else if (tree.isArray()) {
            tree.forEach(this::collect);
        } else if (tree.isString()) {
            collect(tree.asString());
        }
    }

    private void add(String value) {
        if (!value.isEmpty() && !SWITCHES.contains(value)) {
            values.add(value);
            values.add(value.replace(",,", ","));
            values.add(value.replace(",", ",,"));
            values.add(new String(JsonStringEncoder.getInstance().quoteAsCharArray(value)));
        }
    }

    private static boolean isSecretObject(JsonNode object) {
        return object.path("qom-type").asString("").startsWith("secret");
    }

    private static boolean isSecret(boolean inSecretObject, String key) {
        return KEYS.contains(key) || (inSecretObject && key.equals("data"));
    }

    /** Return the text with every secret in it masked. */
    String mask(String text) {
        String masked = text;
        for (String value : everywhere) { // first, for a pattern may find but the beginning of one
            masked = masked.replace(value, MASK);
        }
        for (Pattern pattern : patternsFor(text)) {
            masked = pattern.matcher(masked).replaceAll(match -> Matcher.quoteReplacement(inPlace(match)));
        }
        return masked;
    }

    private static List<Pattern> patternsFor(String text) {
        return SECRET_OBJECT.matcher(text).find()
                ? List.of(ASSIGNMENT, URL, MONITOR, DATA)
                : List.of(ASSIGNMENT, URL, MONITOR);
    }

    private static String inPlace(MatchResult match) {
        String all = match.group();
        int start = start(match) - match.start();
        int end = end(match) - match.start();
        return SWITCHES.contains(all.substring(start, end)) ? all : all.substring(0, start) + MASK + all.substring(end);
    }

    private static int start(MatchResult match) {
        return match.group(1) == null ? match.start(2) : match.start(1);
    }

    private static int end(MatchResult match) {
        return match.group(1) == null ? match.end(2) : match.end(1);
    }

    /** Return a copy of the tree with every secret in it masked. */
    JsonNode mask(JsonNode tree) {
        if (tree.isObject()) {
            boolean secret = isSecretObject(tree);
            ObjectNode masked = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, JsonNode> member : tree.properties()) {
                masked.set(member.getKey(), maskedMember(secret, member.getKey(), member.getValue()));
            }
            return masked;
        }
        if (tree.isArray()) {
            ArrayNode masked = JsonNodeFactory.instance.arrayNode();
            tree.forEach(element -> masked.add(mask(element)));
            return masked;
        }
        return tree.isString() ? JsonNodeFactory.instance.stringNode(mask(tree.asString())) : tree;
    }

    private JsonNode maskedMember(boolean inSecretObject, String key, JsonNode value) {
        if (value.isString() && isSecret(inSecretObject, key)) {
            return JsonNodeFactory.instance.stringNode(MASK);
        }
        if (inSecretObject && key.equals("props") && value.has("data")) {
            return ((ObjectNode) mask(value)).put("data", MASK);
        }
        return mask(value);
    }
}
