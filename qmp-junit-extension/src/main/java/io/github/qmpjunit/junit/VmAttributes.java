package io.github.qmpjunit.junit;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.platform.commons.support.ReflectionSupport;

/** What a {@link Vm} names: the attributes that have another value than by default. An explicit default is not named. */
final class VmAttributes {

    private VmAttributes() {}

    /** Return the attributes that are named, sorted by name, with arrays as lists. */
    static Map<String, Object> namedBy(Vm vm) {
        Map<String, Object> named = new TreeMap<>();
        for (Method attribute : Vm.class.getDeclaredMethods()) {
            Object value = Objects.requireNonNull(ReflectionSupport.invokeMethod(attribute, vm));
            if (!Objects.deepEquals(attribute.getDefaultValue(), value)) {
                named.put(attribute.getName(), value.getClass().isArray() ? listOf(value) : value);
            }
        }
        return named;
    }

    private static List<Object> listOf(Object array) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < Array.getLength(array); i++) {
            list.add(Array.get(array, i));
        }
        return List.copyOf(list);
    }

    /** Return what an annotation names, as its source has it. */
    static String shown(Vm vm) {
        Map<String, Object> named = namedBy(vm);
        named.remove("value");
        return named.entrySet().stream()
                .map(attribute -> "%s = %s".formatted(attribute.getKey(), shown(attribute.getValue())))
                .collect(Collectors.joining(", "));
    }

    private static String shown(Object value) {
        if (value instanceof List<?> list) {
            return list.size() == 1
                    ? shown(list.get(0))
                    : list.stream().map(VmAttributes::shown).collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof String) {
            return "\"" + value + "\"";
        }
        return value instanceof Class<?> type ? type.getSimpleName() + ".class" : value.toString();
    }
}
