package io.github.qmpjunit.qmp.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A type of QEMU's schema. Types have no names there, only numbers that change with every build, so you reach them through
 * a command or an event.
 *
 * <p>A view of the schema, created on demand: types contain each other, even themselves ({@code blockdev-add}'s).
 * Immutable and thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class SchemaType {

    /** The form of a type's values. */
    public enum Kind {
        /** A plain value, see {@link #jsonType()}. */
        BUILTIN,
        /** One of the strings that {@link #values()} lists. */
        ENUM,
        /** An array of {@link #elementType()}. */
        ARRAY,
        /** An object with {@link #members()} and, if it is a union, {@link #variants()}. */
        OBJECT,
        /** Any of the {@link #alternatives()}, distinguished by their form in JSON. */
        ALTERNATE
    }

    private final QmpSchema schema;
    private final JsonNode entity;

    SchemaType(QmpSchema schema, JsonNode entity) {
        this.schema = schema;
        this.entity = entity;
    }

    /** {@return the kind; {@link Kind#BUILTIN} with any JSON type if a later QEMU has a kind that is unknown here} */
    public Kind kind() {
        return switch (entity.path("meta-type").asString("")) {
            case "enum" -> Kind.ENUM;
            case "array" -> Kind.ARRAY;
            case "object" -> Kind.OBJECT;
            case "alternate" -> Kind.ALTERNATE;
            default -> Kind.BUILTIN;
        };
    }

    /**
     * {@return QEMU's word for the JSON type of a value: {@code string}, {@code number}, {@code int}, {@code boolean}, {@code
     * null}, {@code object}, {@code array}, or {@code value} for any}
     */
    public String jsonType() {
        return switch (kind()) {
            case BUILTIN -> entity.path("json-type").asString("value");
            case ENUM -> "string";
            case ARRAY -> "array";
            case OBJECT -> "object";
            case ALTERNATE -> "value";
        };
    }

    /** {@return the values of an enumeration, in QEMU's order; empty for other kinds} */
    public List<String> values() {
        JsonNode members = entity.path("members");
        return kind() != Kind.ENUM
                ? List.of()
                : (members.isMissingNode() // QEMU before 6.2
                                ? entity.path("values").valueStream()
                                : members.valueStream().map(member -> member.path("name")))
                        .map(name -> name.asString(""))
                        .toList();
    }

    /**
     * Return QEMU's feature flags of a value of an enumeration.
     *
     * @param value the value
     * @return the flags, such as {@code deprecated}; empty if it has none, or is not a value of this type
     */
    public Set<String> valueFeatures(String value) {
        return kind() != Kind.ENUM
                ? Set.of()
                : entity.path("members")
                        .valueStream()
                        .filter(member -> member.path("name").asString("").equals(value))
                        .findFirst()
                        .map(QmpSchema::featuresOf)
                        .orElse(Set.of());
    }

    /** {@return the type of an array's elements; empty for other kinds} */
    public Optional<SchemaType> elementType() {
        return kind() == Kind.ARRAY
                ? Optional.of(schema.type(entity.path("element-type").asString("")))
                : Optional.empty();
    }

    /** {@return the members that every object of this type can have, in QEMU's order; empty for other kinds} */
    public List<SchemaMember> members() {
        return kind() != Kind.OBJECT
                ? List.of()
                : entity.path("members")
                        .valueStream()
                        .map(member -> new SchemaMember(
                                member.path("name").asString(""),
                                schema.type(member.path("type").asString("")),
                                member.has("default"),
                                QmpSchema.featuresOf(member)))
                        .toList();
    }

    /** {@return the member whose value selects the variant; empty if this is not a union} */
    public Optional<String> tag() {
        JsonNode tag = entity.path("tag");
        return tag.isString() ? Optional.of(tag.asString()) : Optional.empty();
    }

    /** {@return the type with the further members, for each value of the {@link #tag()}; empty if this is not a union} */
    public Map<String, SchemaType> variants() {
        Map<String, SchemaType> variants = new LinkedHashMap<>();
        entity.path("variants")
                .forEach(variant -> variants.put(
                        variant.path("case").asString(""),
                        schema.type(variant.path("type").asString(""))));
        return variants;
    }

    /** {@return the types that a value can have; empty if this is not an alternate} */
    public List<SchemaType> alternatives() {
        return kind() != Kind.ALTERNATE
                ? List.of()
                : entity.path("members")
                        .valueStream()
                        .map(member -> schema.type(member.path("type").asString("")))
                        .toList();
    }

    /** {@return QEMU's feature flags of the type as a whole, such as {@code dynamic-auto-read-only}} */
    public Set<String> features() {
        return QmpSchema.featuresOf(entity);
    }

    /** Return whether QEMU's schema accepts any value here. */
    boolean isAnything() {
        return kind() == Kind.BUILTIN && jsonType().equals("value");
    }

    /** Return this type or, for an alternate, its alternatives. */
    Stream<SchemaType> plain() {
        return kind() == Kind.ALTERNATE ? alternatives().stream().flatMap(SchemaType::plain) : Stream.of(this);
    }

    /** Return every member that an object of this type can have, whatever its tag says; several may share a name. */
    List<SchemaMember> allMembers() {
        List<SchemaMember> all = new ArrayList<>(members());
        variants().values().forEach(variant -> all.addAll(variant.allMembers()));
        return all;
    }

    /**
     * Return the members that an object of this type with the given content can have: a valid tag decides.
     *
     * @param content the object as far as it is known
     * @return its own members and those of the variant that the tag selects, or of all variants; several may share a name
     */
    public List<SchemaMember> membersOf(JsonNode content) {
        List<SchemaMember> all = new ArrayList<>(members());
        Map<String, SchemaType> variants = variants();
        String tagged = tagValueIn(content).orElse(null);
        if (tagged == null) {
            variants.values().forEach(variant -> all.addAll(variant.membersOf(content)));
        } else if (variants.containsKey(tagged)) {
            all.addAll(variants.get(tagged).membersOf(content));
        }
        return all;
    }

    /** Return the valid value of the tag in an object of this type. */
    Optional<String> tagValueIn(JsonNode content) {
        return tag().map(name -> content.path(name).asString(""))
                .filter(value -> members().stream()
                        .anyMatch(member -> member.name().equals(tag().orElse(""))
                                && member.type().values().contains(value)));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SchemaType that && schema.equals(that.schema) && entity.equals(that.entity);
    }

    @Override
    public int hashCode() {
        return entity.path("name").hashCode();
    }

    /** {@return the form of a value, for people} */
    @Override
    public String toString() {
        return switch (kind()) {
            case BUILTIN -> jsonType().equals("value") ? "any value" : jsonType();
            case ENUM -> values().stream().map("\"%s\""::formatted).collect(Collectors.joining("|"));
            case ARRAY -> "array of " + elementType().map(SchemaType::jsonType).orElse("?");
            case OBJECT -> {
                Set<String> names = new LinkedHashSet<>();
                members().forEach(member -> names.add(member.name() + (member.optional() ? "?" : "")));
                if (tag().isPresent()) {
                    names.add("...");
                }
                yield names.stream().collect(Collectors.joining(", ", "{", "}"));
            }
            case ALTERNATE -> alternatives().stream().map(SchemaType::toString).collect(Collectors.joining(" or "));
        };
    }
}
