package io.github.qmpjunit.json;

import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.ser.ValueSerializerModifier;

/**
 * Refuses trees of Jackson 2 at any depth. Many test class paths have Jackson 2, and Jackson
 * 3 would write its trees as beans and iterables. It need not be on the class path, so its classes are known
 * by name.
 */
final class Jackson2Refusal extends ValueSerializerModifier {

    private static final long serialVersionUID = 1L;

    private static final String TREE = "com.fasterxml.jackson.databind.JsonNode";

    @Override
    public ValueSerializer<?> modifySerializer(
            SerializationConfig config, BeanDescription.Supplier beanDescription, ValueSerializer<?> serializer) {
        for (Class<?> type = beanDescription.getBeanClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().equals(TREE)) {
                return new Refusal();
            }
        }
        return serializer;
    }

    private static final class Refusal extends ValueSerializer<Object> {

        @Override
        public void serialize(Object tree, JsonGenerator generator, SerializationContext context) {
            throw DatabindException.from(
                    generator,
                    "%s is a tree of Jackson 2, and this library speaks Jackson 3; pass a Map, a record, a bean, or a tree of tools.jackson.databind"
                            .formatted(tree.getClass().getName()));
        }
    }
}
