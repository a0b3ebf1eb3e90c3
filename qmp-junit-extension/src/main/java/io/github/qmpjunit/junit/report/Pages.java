package io.github.qmpjunit.junit.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts a page together: a template, the common style, a script, and its parts. The result needs no other file.
 *
 * <p>The page's own policy allows this one script, by its hash, and nothing from outside: should a part not be escaped, it is still
 * only text.
 */
final class Pages {

    private static final Pattern PLACE = Pattern.compile("<!--\\{(\\w+)}-->|/\\*\\{(\\w+)}\\*/|\\{\\{(\\w+)}}");

    private Pages() {}

    /**
     * Fill a template.
     *
     * @param name the template's name, and that of its script: {@code report} for {@code report.html} and {@code report.js}
     * @param parts the parts by their places, escaped
     */
    static String of(String name, Map<String, String> parts) throws IOException {
        return of(name, parts, name);
    }

    /** Fill a template that shares its script with another one. */
    static String of(String name, Map<String, String> parts, String scriptName) throws IOException {
        String script = resource(scriptName + ".js");
        Map<String, String> all = new HashMap<>(parts);
        all.put("style", resource("page.css"));
        all.put("script", script);
        all.put("scripthash", "sha256-" + hash(script));
        // One pass: what a guest has printed must not be taken for a place.
        return PLACE.matcher(resource(name + ".html"))
                .replaceAll(place -> Matcher.quoteReplacement(all.getOrDefault(nameOf(place.group()), "")));
    }

    private static String nameOf(String place) {
        return place.replaceAll("\\W", "");
    }

    private static String hash(String script) {
        try {
            return Base64.getEncoder()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JVM has SHA-256", e);
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream stream = Pages.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IOException("the resource %s is missing".formatted(name));
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
