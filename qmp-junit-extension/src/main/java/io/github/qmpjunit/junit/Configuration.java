package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.Timeouts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Reads the values of {@link ConfigurationKeys}, in their order of precedence. */
record Configuration(Function<String, Optional<String>> parameters, Function<String, Optional<String>> environment) {

    static Configuration of(ExtensionContext context) {
        return new Configuration(
                context::getConfigurationParameter, variable -> Optional.ofNullable(System.getenv(variable)));
    }

    /** Return what is configured under a key; what is blank is not. */
    Optional<String> text(String key) {
        return parameters
                .apply(key)
                .or(() -> environment.apply(key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_")))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    /** Return the parts of a value, which commas separate. */
    List<String> list(String key) {
        return text(key).map(value -> split(value, ",")).orElse(List.of());
    }

    /** Return the parts of a value, each with the properties that follow it: {@code kvm,tcg,thread=single} has two parts. */
    List<String> listWithProperties(String key) {
        List<String> whole = new ArrayList<>();
        for (String part : list(key)) {
            if (part.contains("=") && !whole.isEmpty()) {
                int last = whole.size() - 1;
                whole.set(last, whole.get(last) + "," + part);
            } else {
                whole.add(part);
            }
        }
        return List.copyOf(whole);
    }

    /** Return the parts of a value, which white space separates. */
    List<String> words(String key) {
        return text(key).map(value -> split(value, "\\s+")).orElse(List.of());
    }

    private static List<String> split(String value, String separator) {
        return Arrays.stream(value.split(separator, -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    boolean flag(String key) {
        return choice(key, Flag.FALSE) == Flag.TRUE;
    }

    private enum Flag {
        TRUE,
        FALSE
    }

    /** Return the constant that the value names, in small letters and with hyphens, if it is a value at all. */
    <E extends Enum<E>> E choice(String key, E byDefault) {
        return text(key)
                .map(value -> constant(key, byDefault.getDeclaringClass(), value))
                .orElse(byDefault);
    }

    <E extends Enum<E>> List<E> choices(String key, Class<E> type) {
        return list(key).stream().map(value -> constant(key, type, value)).toList();
    }

    private static <E extends Enum<E>> E constant(String key, Class<E> type, String value) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> word(constant).equals(value.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> cannotUnderstand(
                        key,
                        value,
                        Arrays.stream(type.getEnumConstants())
                                .map(Configuration::word)
                                .collect(Collectors.joining(", ", "it is one of ", ""))));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Return what a parser makes of the value; what it throws is told together with what was expected. */
    <T> Optional<T> parsed(String key, Function<String, T> parser, String expected) {
        return text(key).map(value -> {
            try {
                return parser.apply(value);
            } catch (RuntimeException e) {
                throw cannotUnderstand(key, value, "expected is " + expected);
            }
        });
    }

    List<Pattern> patterns(String key) {
        return parsed(key, Pattern::compile, "a regular expression").stream().toList();
    }

    /** Let the library's timeouts be what is configured. Where nothing is, they stay as they are. */
    void useTimeouts() {
        if (text(ConfigurationKeys.TIMEOUT).isPresent()
                || text(ConfigurationKeys.TIMEOUT_FACTOR).isPresent()) {
            try {
                Timeouts.of(this::text).use();
            } catch (IllegalArgumentException e) {
                throw new ExtensionConfigurationException(String.valueOf(e.getMessage()), e);
            }
        }
    }

    private static ExtensionConfigurationException cannotUnderstand(String key, String value, String expected) {
        return new ExtensionConfigurationException(
                "The configuration %s = \"%s\" cannot be understood: %s".formatted(key, value, expected));
    }
}
