package io.github.qmpjunit.secrets;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.secrets.ConfidentialNames.Kind;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The secrets that were sent to a peer: the data of {@code secret} objects, passwords, cookies, passwords in URLs, private keys.
 *
 * <p>They are masked in their place, and wherever else the same text appears (QEMU's standard error, the guest's console), unless
 * the text is so short or so common that it probably means something else there. All texts that this library writes about a command or a command line are masked. Messages that it sends, and values that it returns, are not.
 *
 * <p>Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Secrets {

    /** The replacement for a secret. */
    public static final String MASK = "***";

    /** Shorter secrets are masked only in their own place. */
    private static final int UNMISTAKABLE = 5;

    /** Words about secrets, which tests also like to use as secrets. */
    private static final Set<String> COMMON = Set.of(
            "secret", "password", "passwd", "passphrase", "cookie", "object-add", "object_add", "qom-type", "base64");

    /** Counts all ways of writing them. Beyond it, the oldest secrets are masked only in their own place. */
    private static final int MOST_KNOWN = 1000;

    private static final int LARGEST_FILE = 4096;

    private static final Pattern SECRET_TYPE = Pattern.compile("(?:qom-type=)?secret(?:_keyring)?");

    /** Guarded by this object. */
    private final Set<String> values = new LinkedHashSet<>();

    /** The longest first, since one can be a part of another. */
    private volatile List<String> everywhere = List.of();

    private volatile boolean empty = true;

    /** Create an empty collection. At first it masks only secrets with a recognizable form. */
    public Secrets() {}

    /**
     * Learn the secrets in the arguments of a command line.
     *
     * @param arguments the arguments, or variables of an environment as {@code NAME=value}
     * @return this
     */
    public Secrets learn(Collection<String> arguments) {
        List<String> words = List.copyOf(arguments);
        for (int i = 0; i < words.size(); i++) {
            String before = i == 0 ? "" : words.get(i - 1);
            if (SecretPlaces.isBeforeKernelsLine(before)) {
                learn(words.get(i), SecretPlaces.findInKernelsLine(words.get(i)));
            }
            learnArgument(words.get(i));
            if (SecretPlaces.isBeforeSecret(before, words.get(i))) {
                add(words.get(i));
            }
        }
        for (ProgramOptions.Hit hit : ProgramOptions.find(words)) {
            learn(words.get(hit.index()), List.of(hit.span()));
        }
        return this;
    }

    private void learn(String text, List<Span> spans) {
        for (Span span : spans) {
            if (span.distinctive()) {
                add(text.substring(span.start(), span.end()));
            }
        }
    }

    /**
     * Learn the secrets in a message.
     *
     * @param message the message, or a part of it
     * @return this
     */
    public Secrets learn(JsonNode message) {
        collect(message, false);
        return this;
    }

    /**
     * Learn the secrets in a text.
     *
     * @param text a message as it was sent, or a command of the human monitor
     * @return this
     */
    public Secrets learn(String text) {
        learn(text, SecretPlaces.find(text));
        String stripped = text.indexOf('{') < 0 ? "" : text.strip();
        if (stripped.startsWith("{")) {
            try {
                collect(Json.MAPPER.readTree(stripped), false);
            } catch (JacksonException e) {
                // Secrets with a recognizable form were found before.
            }
        }
        return this;
    }

    /**
     * Learn the secrets of another collection.
     *
     * @param others the other collection; only its present secrets are learned
     * @return this
     */
    public Secrets learn(Secrets others) {
        List<String> known;
        synchronized (others.values) {
            known = List.copyOf(others.values);
        }
        keep(known);
        return this;
    }

    /** {@return whether no secret is known; secrets with a recognizable form are masked even then} */
    public boolean isEmpty() {
        return empty;
    }

    /** An argument's options end at single commas, so their values are known whole, whatever they contain. */
    private void learnArgument(String argument) {
        if (learnVariable(argument)) {
            return;
        }
        learn(argument);
        List<String> options = optionsOf(argument);
        boolean secret = makesSecret(options);
        for (String option : options) {
            int start = SecretPlaces.valueIn(option, secret, options);
            if (start >= 0) {
                addDistinctive(option.substring(0, start), option.substring(start));
            } else if (secret && option.startsWith("file=")) {
                addContent(option.substring("file=".length()).replace(",,", ","));
            }
        }
    }

    /** So is a variable's value, which ends with it. */
    private boolean learnVariable(String text) {
        int start = SecretPlaces.valueOfVariable(text);
        if (start >= 0) {
            addDistinctive(text.substring(0, start), text.substring(start));
        }
        return start >= 0;
    }

    private void addDistinctive(String nameAndSign, String value) {
        String name = nameAndSign.substring(0, nameAndSign.length() - 1);
        if (SecretScan.isDistinctive(value, ConfidentialNames.kindOf(name))) {
            add(value);
        }
    }

    private static List<String> optionsOf(String argument) {
        if (argument.indexOf('=') < 0) {
            return List.of();
        }
        List<String> options = new ArrayList<>();
        int begin = 0;
        int place = argument.indexOf(',');
        while (place >= 0) {
            boolean doubled = argument.startsWith(",", place + 1);
            if (!doubled) {
                options.add(argument.substring(begin, place));
                begin = place + 1;
            }
            place = argument.indexOf(',', doubled ? place + 2 : place + 1);
        }
        options.add(argument.substring(begin));
        return options;
    }

    private static boolean makesSecret(List<String> options) {
        return !options.isEmpty()
                && (isSecretType(options.get(0))
                        || options.stream().anyMatch(option -> option.startsWith("qom-type=") && isSecretType(option)));
    }

    private static boolean isSecretType(String option) {
        return SECRET_TYPE.matcher(option).matches();
    }

    private void collect(JsonNode tree, boolean inSecret) {
        if (tree.isObject()) {
            collectObject(tree, inSecret);
        } else if (tree.isArray()) {
            collectArray(tree);
        } else if (tree.isString()) {
            if (!learnVariable(tree.asString())) { // in the guest agent's form
                learn(tree.asString());
            }
        }
    }

    private void collectObject(JsonNode object, boolean inSecret) {
        boolean secret = inSecret || SecretPlaces.isSecretObject(object);
        String marked = SecretPlaces.secretMember(object);
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String key = member.getKey();
            JsonNode value = member.getValue();
            Kind kind = kindOf(secret, marked, key);
            if (kind != Kind.NONE) {
                collectAll(value, kind);
            } else if (secret && key.equals("file") && value.isString()) {
                addContent(value.asString());
            } else if (isEncoded(key, value)) {
                String decoded = decodedText(value.asString());
                if (decoded != null) {
                    learn(decoded);
                }
            } else if (isEnvironment(key, value)) {
                value.forEach(variable -> learnAnyVariable(variable.asString("")));
            } else {
                collect(value, secret && key.equals("props"));
            }
        }
        if (object.path("path").isString() && object.path("arg").isArray()) { // guest-exec
            learn(wordsOf(object));
        }
    }

    private void collectArray(JsonNode array) {
        List<String> words = strings(array);
        if (words.size() > 1 && words.size() == array.size()) {
            learn(words);
        } else {
            array.forEach(element -> collect(element, false));
        }
    }

    /** Everything under a confidential name is confidential. */
    private void collectAll(JsonNode value, Kind kind) {
        if (holdsText(value)) {
            String text = value.asString();
            if (SecretScan.isSecret(text, kind) && SecretScan.isDistinctive(text, kind)) {
                add(text);
            }
        } else {
            value.forEach(inner -> collectAll(inner, kind));
        }
    }

    private void learnAnyVariable(String variable) {
        int start = SecretPlaces.valueOfAnyVariable(variable);
        if (start >= 0) {
            addDistinctive(variable.substring(0, start), variable.substring(start));
        } else {
            learn(variable);
        }
    }

    private static Kind kindOf(boolean inSecretObject, String marked, String key) {
        return marked.equals(key) ? Kind.CERTAIN : SecretPlaces.kindOf(inSecretObject, key);
    }

    private static boolean isEnvironment(String key, JsonNode value) {
        return key.equals("env") && value.isArray();
    }

    private static boolean isEncoded(String key, JsonNode value) {
        return value.isString()
                && (ConfidentialNames.ENCODED.contains(key) || key.equals(ConfidentialNames.ENCODED_INPUT));
    }

    private static List<String> wordsOf(JsonNode exec) {
        List<String> words = new ArrayList<>(List.of(exec.path("path").asString()));
        words.addAll(strings(exec.path("arg")));
        return words;
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(element -> {
            if (element.isString()) {
                strings.add(element.asString());
            }
        });
        return strings;
    }

    private static boolean holdsText(JsonNode value) {
        return value.isString() || value.isNumber();
    }

    /** A file that QEMU reads a secret from is as secret as a value on its command line. */
    private void addContent(String file) {
        try {
            Path path = Path.of(file);
            if (Files.isRegularFile(path) && Files.size(path) <= LARGEST_FILE) {
                String content = text(Files.readAllBytes(path));
                if (content != null) {
                    add(content.strip());
                }
            }
        } catch (IOException | InvalidPathException e) {
            // Nor can QEMU read it.
        }
    }

    private void add(String value) {
        if (!value.isEmpty() && !SecretPlaces.isSwitch(value)) {
            List<String> ways = new ArrayList<>(waysToWrite(value));
            String decoded = decoded(value);
            if (decoded != null) {
                ways.addAll(waysToWrite(decoded));
            }
            keep(ways);
        }
    }

    /** Unchanged, in an option, in JSON, between a shell's quotes, in a URL and in Base64. */
    private static List<String> waysToWrite(String value) {
        return List.of(
                value,
                value.replace(",,", ","),
                value.replace(",", ",,"),
                new String(JsonStringEncoder.getInstance().quoteAsCharArray(value)),
                value.replace("'", "'\\''"),
                URLEncoder.encode(value, StandardCharsets.UTF_8),
                Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)));
    }

    /** Return what a value means if it is Base64, as secrets and the guest agent's passwords may be; null if it is not. */
    private static @Nullable String decoded(String value) {
        String text = decodedText(value);
        return text == null || text.chars().anyMatch(Character::isISOControl) ? null : text;
    }

    private static @Nullable String decodedText(String value) {
        try {
            return text(Base64.getDecoder().decode(value));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private void keep(Collection<String> more) {
        synchronized (values) {
            if (!values.addAll(more)) {
                return;
            }
            empty = false;
            Iterator<String> oldest = values.iterator();
            while (values.size() > MOST_KNOWN) {
                oldest.next();
                oldest.remove();
            }
            everywhere = values.stream()
                    .filter(value -> value.length() >= UNMISTAKABLE && !COMMON.contains(value))
                    .sorted(Comparator.comparingInt(String::length).reversed())
                    .toList();
        }
    }

    /**
     * Mask the secrets in a text.
     *
     * @param text the text
     * @return the text with {@link #MASK} in each secret's place
     */
    public String mask(String text) {
        String masked = text;
        for (String value : everywhere) { // first, since a pattern may match only the beginning of a secret
            masked = masked.replace(value, MASK);
        }
        return SecretPlaces.mask(masked);
    }

    /**
     * Mask secrets with a recognizable form, without knowing any secret.
     *
     * @param text the text
     * @return the text, masked
     */
    public static String maskObvious(String text) {
        return SecretPlaces.mask(text);
    }

    /**
     * Mask the secrets in a command line.
     *
     * @param arguments the arguments, not quoted for any shell
     * @return the arguments with {@link #MASK} in each secret's place
     */
    public List<String> mask(List<String> arguments) {
        List<String> masked = new ArrayList<>(arguments.size());
        Map<Integer, List<Span>> hits = ProgramOptions.find(arguments).stream()
                .collect(Collectors.groupingBy(
                        ProgramOptions.Hit::index, Collectors.mapping(ProgramOptions.Hit::span, Collectors.toList())));
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            String before = i == 0 ? "" : arguments.get(i - 1);
            if (SecretPlaces.isBeforeSecret(before, argument)) {
                masked.add(MASK);
            } else if (SecretPlaces.isBeforeKernelsLine(before)) {
                masked.add(mask(Span.mask(argument, SecretPlaces.findInKernelsLine(argument))));
            } else if (hits.containsKey(i)) {
                masked.add(mask(Span.mask(argument, hits.get(i))));
            } else {
                masked.add(maskArgument(argument));
            }
        }
        return List.copyOf(masked);
    }

    private String maskArgument(String argument) {
        int variable = SecretPlaces.valueOfVariable(argument);
        if (variable >= 0) {
            return argument.substring(0, variable) + MASK;
        }
        List<String> options = optionsOf(argument);
        boolean secret = makesSecret(options);
        List<String> masked = new ArrayList<>();
        for (String option : options) {
            int start = SecretPlaces.valueIn(option, secret, options);
            masked.add(start >= 0 ? option.substring(0, start) + MASK : option);
        }
        return mask(options.isEmpty() ? argument : String.join(",", masked));
    }

    /**
     * Mask the secrets in a message.
     *
     * @param tree the message, or a part of it, which is not changed
     * @return a copy with {@link #MASK} in each secret's place; the tree itself if it has no secrets
     */
    public JsonNode mask(JsonNode tree) {
        return mask(tree, false);
    }

    private JsonNode mask(JsonNode tree, boolean inSecret) {
        if (tree.isObject()) {
            return maskObject((ObjectNode) tree, inSecret);
        }
        if (tree.isArray()) {
            return maskArray((ArrayNode) tree);
        }
        if (tree.isString()) {
            String text = tree.asString();
            int variable = SecretPlaces.valueOfVariable(text);
            String masked = variable >= 0 ? text.substring(0, variable) + MASK : mask(text);
            return masked.equals(text) ? tree : JsonNodeFactory.instance.stringNode(masked);
        }
        return tree;
    }

    @SuppressWarnings("ReferenceEquality") // whether it is a copy
    private ObjectNode maskObject(ObjectNode object, boolean inSecret) {
        boolean secret = inSecret || SecretPlaces.isSecretObject(object);
        String marked = SecretPlaces.secretMember(object);
        boolean executes = object.path("path").isString() && object.path("arg").isArray(); // guest-exec
        ObjectNode copy = null;
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String key = member.getKey();
            JsonNode value = member.getValue();
            JsonNode masked = executes && key.equals("arg")
                    ? maskWords(value, wordsOf(object), 1)
                    : maskMember(kindOf(secret, marked, key), secret, key, value);
            if (masked != value) {
                if (copy == null) {
                    copy = JsonNodeFactory.instance.objectNode().setAll(object);
                }
                copy.set(key, masked);
            }
        }
        return copy == null ? object : copy;
    }

    private JsonNode maskMember(Kind kind, boolean inSecretObject, String key, JsonNode value) {
        if (kind != Kind.NONE) {
            return maskAll(value, kind);
        }
        if (isEncoded(key, value)) {
            return maskEncoded(key, value);
        }
        if (isEnvironment(key, value)) {
            return maskEnvironment(value);
        }
        return mask(value, inSecretObject && key.equals("props"));
    }

    private JsonNode maskAll(JsonNode value, Kind kind) {
        if (holdsText(value)) {
            return SecretScan.isSecret(value.asString(), kind) ? JsonNodeFactory.instance.stringNode(MASK) : value;
        }
        if (value.isObject()) {
            ObjectNode masked = JsonNodeFactory.instance.objectNode();
            value.properties().forEach(member -> masked.set(member.getKey(), maskAll(member.getValue(), kind)));
            return masked;
        }
        if (value.isArray()) {
            ArrayNode masked = JsonNodeFactory.instance.arrayNode();
            value.forEach(element -> masked.add(maskAll(element, kind)));
            return masked;
        }
        return value;
    }

    /** A guest program's input may be just a password, so it is masked whole; in other texts only recognizable secrets are masked. */
    private JsonNode maskEncoded(String key, JsonNode value) {
        String decoded = decodedText(value.asString());
        if (key.equals(ConfidentialNames.ENCODED_INPUT)) {
            return JsonNodeFactory.instance.stringNode(MASK);
        }
        String masked = decoded == null ? null : mask(decoded);
        return masked == null || masked.equals(decoded)
                ? value
                : JsonNodeFactory.instance.stringNode(
                        Base64.getEncoder().encodeToString(masked.getBytes(StandardCharsets.UTF_8)));
    }

    private JsonNode maskEnvironment(JsonNode variables) {
        ArrayNode masked = JsonNodeFactory.instance.arrayNode();
        for (JsonNode variable : variables) {
            String text = variable.asString("");
            int start = SecretPlaces.valueOfAnyVariable(text);
            masked.add(start >= 0 ? text.substring(0, start) + MASK : mask(text));
        }
        return masked.equals(variables) ? variables : masked;
    }

    /** Mask words, each of which may name the next one. */
    private JsonNode maskWords(JsonNode array, List<String> words, int skipped) {
        List<String> masked = mask(words);
        if (masked.equals(words)) {
            return array;
        }
        ArrayNode copy = JsonNodeFactory.instance.arrayNode();
        masked.stream().skip(skipped).forEach(copy::add);
        return copy;
    }

    @SuppressWarnings("ReferenceEquality") // whether it is a copy
    private JsonNode maskArray(ArrayNode array) {
        List<String> words = strings(array);
        if (words.size() > 1 && words.size() == array.size()) {
            return maskWords(array, words, 0);
        }
        ArrayNode copy = null;
        for (int i = 0; i < array.size(); i++) {
            JsonNode element = array.get(i);
            JsonNode masked = mask(element, false);
            if (masked != element) {
                if (copy == null) {
                    copy = JsonNodeFactory.instance.arrayNode().addAll(array);
                }
                copy.set(i, masked);
            }
        }
        return copy == null ? array : copy;
    }
}
