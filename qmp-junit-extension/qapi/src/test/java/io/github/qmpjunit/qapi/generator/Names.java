package io.github.qmpjunit.qapi.generator;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.SourceVersion;

/**
 * Java names for QEMU's names. One rule: words are joined in Java's way, and a name that cannot be in Java, because it is a keyword,
 * begins with a digit, or belongs to every object, gets an underscore in front.
 */
final class Names {

    /** Methods that every generated object has. */
    private static final Set<String> METHODS = Set.of(
            "getClass",
            "hashCode",
            "toString",
            "notify",
            "notifyAll",
            "wait",
            "clone",
            "finalize",
            "toJson",
            "unknownMembers",
            "untyped",
            "commandName",
            "returnType",
            "versions",
            "outOfBand",
            "of",
            "with",
            "command");

    /** Types that the generated code names without a package. */
    static final Set<String> TYPES = Set.of(
            "Boolean",
            "Deprecated",
            "Double",
            "EventKey",
            "JsonNode",
            "List",
            "Long",
            "Members",
            "NullNode",
            "Number",
            "Object",
            "Optional",
            "Override",
            "Parts",
            "QapiType",
            "String",
            "TypedEventType");

    private static final Set<String> CONSTANTS = Set.of("TYPE", "EVENT");

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9]+");
    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    private Names() {}

    /** Return {@code jobId} for {@code job-id}. */
    static String method(String name) {
        String pascal = pascal(name);
        String camel = name.equals(name.toUpperCase(Locale.ROOT)) ? pascal(name.toLowerCase(Locale.ROOT)) : pascal;
        camel = camel.substring(0, 1).toLowerCase(Locale.ROOT) + camel.substring(1);
        return SourceVersion.isKeyword(camel) || METHODS.contains(camel) || Character.isDigit(camel.charAt(0))
                ? "_" + camel
                : camel;
    }

    /** Return {@code BlockdevAdd} for {@code blockdev-add}, and for {@code BLOCKDEV_ADD}. */
    static String type(String name) {
        String pascal = pascal(name.equals(name.toUpperCase(Locale.ROOT)) ? name.toLowerCase(Locale.ROOT) : name);
        return Character.isDigit(pascal.charAt(0)) ? "_" + pascal : pascal;
    }

    /** Return the Java name of a type of the schema: its own, unless Java or the generated code has other plans for it. */
    static String schemaType(String name) {
        return TYPES.contains(name) ? "_" + name : name;
    }

    /** Return {@code JOB_ID} for {@code job-id}. */
    static String constant(String name) {
        String upper =
                HUMP.matcher(name).replaceAll("_").toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
        return CONSTANTS.contains(upper) || Character.isDigit(upper.charAt(0)) ? "_" + upper : upper;
    }

    private static String pascal(String name) {
        StringBuilder pascal = new StringBuilder();
        Matcher word = WORD.matcher(name);
        while (word.find()) {
            pascal.append(word.group().substring(0, 1).toUpperCase(Locale.ROOT))
                    .append(word.group().substring(1));
        }
        return pascal.toString();
    }
}
