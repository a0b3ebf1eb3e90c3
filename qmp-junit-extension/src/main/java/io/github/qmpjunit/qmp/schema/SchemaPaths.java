package io.github.qmpjunit.qmp.schema;

import io.github.qmpjunit.internal.DidYouMean;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Follows paths through the types of a schema: through nested objects, all variants of unions, alternatives and arrays. */
final class SchemaPaths {

    /** Whether a name can follow an array without an index, as in {@code actions.type} for {@code actions[0].type}. */
    enum Arrays {
        NEED_PLACES,
        ARE_PASSED
    }

    private SchemaPaths() {}

    /** Return the members that are possible at a path below a type: several if variants share a name, none if the path is invalid. */
    static List<SchemaMember> find(SchemaType root, List<Object> steps, Arrays arrays) {
        List<SchemaMember> here = List.of(nameless("", root));
        for (Object step : steps) {
            here = here.stream()
                    .flatMap(member -> member.type().plain())
                    .flatMap(type -> below(type, step, arrays))
                    .distinct()
                    .toList();
        }
        return here;
    }

    private static Stream<SchemaMember> below(SchemaType type, Object step, Arrays arrays) {
        if (type.isAnything()) {
            return Stream.of(nameless(step.toString(), type));
        }
        if (step instanceof String name) {
            return membersBelow(type, arrays).filter(member -> member.name().equals(name));
        }
        return type.elementType().map(element -> nameless(step.toString(), element)).stream();
    }

    private static Stream<SchemaMember> membersBelow(SchemaType type, Arrays arrays) {
        return arrays == Arrays.ARE_PASSED && type.kind() == SchemaType.Kind.ARRAY
                ? type.elementType().stream()
                        .flatMap(SchemaType::plain)
                        .flatMap(element -> membersBelow(element, arrays))
                : type.allMembers().stream();
    }

    private static SchemaMember nameless(String name, SchemaType type) {
        return new SchemaMember(name, type, false, Set.of());
    }

    /** Return the paths that an invalid path may mean: its first wrong step is replaced, the rest is left out. */
    static List<String> suggestions(SchemaType root, List<Object> steps, Arrays arrays) {
        int right = 0;
        while (right < steps.size()
                && !find(root, steps.subList(0, right + 1), arrays).isEmpty()) {
            right++;
        }
        if (right == steps.size() || !(steps.get(right) instanceof String wrong)) {
            return List.of();
        }
        String before = text(steps.subList(0, right));
        return DidYouMean.of(wrong, namesBelow(root, steps.subList(0, right), arrays)).stream()
                .map(name -> before.isEmpty() ? name : before + "." + name)
                .toList();
    }

    private static List<String> namesBelow(SchemaType root, List<Object> steps, Arrays arrays) {
        return find(root, steps, arrays).stream()
                .flatMap(member -> member.type().plain())
                .flatMap(type -> membersBelow(type, arrays))
                .map(SchemaMember::name)
                .distinct()
                .toList();
    }

    private static String text(List<Object> steps) {
        StringBuilder text = new StringBuilder();
        for (Object step : steps) {
            if (step instanceof Integer place) {
                text.append('[').append(place).append(']');
            } else {
                text.append(text.isEmpty() ? "" : ".").append(step);
            }
        }
        return text.toString();
    }
}
