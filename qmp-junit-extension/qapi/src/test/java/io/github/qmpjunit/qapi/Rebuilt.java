package io.github.qmpjunit.qapi;

import io.github.qmpjunit.qapi.generator.Java;
import io.github.qmpjunit.qapi.runtime.QapiAlternate;
import io.github.qmpjunit.qapi.runtime.QapiEnum;
import io.github.qmpjunit.qapi.runtime.QapiValue;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Builds JSON from what the methods of typed values return, and from nothing else: what they do not know is missing in it. */
final class Rebuilt {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Rebuilt() {}

    static JsonNode of(Object value) {
        if (value instanceof QapiEnum text) {
            return NODES.stringNode(text.value());
        }
        if (value instanceof QapiAlternate alternate) {
            return formOf(alternate);
        }
        if (value instanceof QapiValue object) {
            ObjectNode rebuilt = NODES.objectNode();
            for (Map.Entry<String, JsonNode> member : object.toJson().properties()) {
                Object found = memberOf(object, member.getKey());
                if (found != null) {
                    rebuilt.set(member.getKey(), ofNumber(found, member.getValue()));
                }
            }
            return rebuilt;
        }
        if (value instanceof List<?> list) {
            ArrayNode array = NODES.arrayNode();
            list.forEach(element -> array.add(of(element)));
            return array;
        }
        if (value instanceof String text) {
            return NODES.stringNode(text);
        }
        if (value instanceof Boolean flag) {
            return NODES.booleanNode(flag);
        }
        if (value instanceof Long number) {
            return NODES.numberNode(number);
        }
        if (value instanceof Double number) {
            return NODES.numberNode(number);
        }
        return (JsonNode) value;
    }

    /** A long may stand for an unsigned number, which the original tells. */
    private static JsonNode ofNumber(Object value, JsonNode original) {
        return value instanceof Long number && original.bigIntegerValue().signum() > 0
                ? NODES.numberNode(new BigInteger(Long.toUnsignedString(number)))
                : of(value);
    }

    private static Object memberOf(QapiValue object, String name) {
        try {
            Method method = object.getClass().getMethod(Java.method(name));
            Object found = method.invoke(object);
            return found instanceof Optional<?> optional ? optional.orElse(null) : found;
        } catch (NoSuchMethodException e) {
            return null;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("%s.%s".formatted(object.getClass(), name), e);
        }
    }

    private static JsonNode formOf(QapiAlternate alternate) {
        for (Method method : alternate.getClass().getDeclaredMethods()) {
            try {
                if (method.getParameterCount() == 0
                        && method.getReturnType().equals(Optional.class)
                        && ((Optional<?>) method.invoke(alternate)).isPresent()) {
                    return of(((Optional<?>) method.invoke(alternate)).get());
                }
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(method.toString(), e);
            }
        }
        throw new AssertionError("no form of " + alternate);
    }
}
