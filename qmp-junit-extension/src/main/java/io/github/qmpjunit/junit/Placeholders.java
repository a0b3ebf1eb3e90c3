package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.DidYouMean;
import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Puts paths into annotations: <code>${tempDir}</code> is the test's own folder, and the name of a static field of the test class, of type
 * {@code Path}, {@code File} or {@code String}, is the field's value. <code>$${</code> is <code>${</code> itself.
 */
final class Placeholders implements UnaryOperator<String> {

    private static final Pattern PLACEHOLDER = Pattern.compile("(\\$?)\\$\\{([^}]*)}");
    private static final String TEMP_DIR = "tempDir";

    private final String where;
    private final Map<String, Supplier<@Nullable Object>> known = new LinkedHashMap<>();

    /**
     * @param where what messages call the place of the annotation
     * @param tempDir makes the test's folder where it is needed
     */
    Placeholders(String where, ExtensionContext context, Supplier<Path> tempDir) {
        this.where = where;
        for (Class<?> type : TestClasses.of(context)) {
            addFields(type);
        }
        known.put(TEMP_DIR, tempDir::get);
    }

    private void addFields(Class<?> type) {
        Class<?> superclass = type.getSuperclass();
        if (superclass != null) {
            addFields(superclass);
        }
        for (Field field : type.getDeclaredFields()) {
            boolean isText =
                    field.getType() == Path.class || field.getType() == File.class || field.getType() == String.class;
            if (isText && Modifier.isStatic(field.getModifiers())) {
                known.put(field.getName(), () -> valueOf(field));
            }
        }
    }

    private @Nullable Object valueOf(Field field) {
        try {
            field.setAccessible(true);
            return field.get(null);
        } catch (IllegalAccessException | RuntimeException e) {
            throw new ExtensionConfigurationException(
                    "Cannot read the field %s, which %s names in \"${%s}\": %s"
                            .formatted(field, where, field.getName(), e.getMessage()),
                    e);
        }
    }

    @Override
    public String apply(String text) {
        return PLACEHOLDER.matcher(text).replaceAll(this::replacement);
    }

    private static String shown(String name) {
        return "${" + name + "}";
    }

    private String replacement(MatchResult found) {
        if (!found.group(1).isEmpty()) {
            return Matcher.quoteReplacement(found.group().substring(1));
        }
        String name = found.group(2);
        Supplier<@Nullable Object> meant = known.get(name);
        if (meant == null) {
            String hint = DidYouMean.ending(DidYouMean.of(name, known.keySet()).stream()
                    .map(Placeholders::shown)
                    .toList());
            throw new ExtensionConfigurationException(
                    "%s has the unknown placeholder \"%s\"%s Known are %s. \"$${\" stands for \"${\" itself"
                            .formatted(
                                    where,
                                    found.group(),
                                    hint.isEmpty() ? "." : hint,
                                    known.keySet().stream()
                                            .map(Placeholders::shown)
                                            .collect(Collectors.joining(", "))));
        }
        Object value = meant.get();
        if (value == null) {
            throw new ExtensionConfigurationException(
                    "%s has \"%s\", but that static field is still null when the machine starts. Set it in a @BeforeAll method or where it is declared"
                            .formatted(where, found.group()));
        }
        return Matcher.quoteReplacement(value.toString());
    }
}
