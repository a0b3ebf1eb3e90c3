package io.github.qmpjunit.qapi.generator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** One schema, its Java package, and who is called what there. */
final class Space {

    final String packageName;
    final String reference;
    final Map<String, Element> types = new LinkedHashMap<>();
    final List<Element> commands;
    final List<Element> events;

    /** Commands whose arguments are described by a type of the same Java name: one class is both. */
    final Map<String, Element> commandOfType = new HashMap<>();

    private final Map<String, String> commandNames = new HashMap<>();
    private final Map<String, String> eventNames = new HashMap<>();
    private final Set<String> used = new LinkedHashSet<>();
    private final Set<String> sent = new LinkedHashSet<>();
    private final JsonNode storageDaemon;

    Space(String packageName, String reference, JsonNode facts, JsonNode storageDaemon, List<String> versions) {
        this.packageName = packageName;
        this.reference = reference;
        this.storageDaemon = storageDaemon;
        Element.all(facts.path("types"), versions).forEach(type -> types.put(type.name(), type));
        this.commands = Element.all(facts.path("commands"), versions);
        this.events = Element.all(facts.path("events"), versions);
        reach();
        name();
    }

    private void reach() {
        for (Element command : commands) {
            List<String> arguments = new ArrayList<>();
            partsOf(command, arguments);
            if (command.facts().has("data") && isUnion(command.text("data"))) {
                arguments.add(command.text("data"));
            }
            reach(arguments, sent);
            reach(arguments, used);
            reach(List.of(command.text("returns")), used);
        }
        for (Element event : events) {
            List<String> data = new ArrayList<>();
            partsOf(event, data);
            reach(data, used);
        }
    }

    private void partsOf(Element owner, List<String> found) {
        membersOf(owner).forEach(member -> found.add(member.type()));
        owner.parts("branches").stream()
                .filter(branch -> !branch.type().isEmpty())
                .forEach(branch -> partsOf(types.get(branch.type()), found));
        owner.parts("branches").stream()
                .filter(branch -> !branch.type().isEmpty() && isUnion(branch.type()))
                .forEach(branch -> found.add(branch.type()));
        owner.parts("alternatives").forEach(alternative -> found.add(alternative.type()));
    }

    private void reach(List<String> from, Set<String> reached) {
        Deque<String> next = new ArrayDeque<>(from);
        while (!next.isEmpty()) {
            String name = next.pop().replaceAll("[\\[\\]]", "");
            if (types.containsKey(name) && reached.add(name)) {
                List<String> parts = new ArrayList<>();
                partsOf(types.get(name), parts);
                next.addAll(parts);
            }
        }
    }

    private void name() {
        Map<String, String> taken = new HashMap<>();
        used.forEach(type -> claim(taken, Names.schemaType(type), "type " + type));
        for (Element command : commands) {
            String name = Names.type(command.name());
            String data = command.text("data");
            if (name.equals(data) && !isUnion(data)) {
                claim(taken, name, "type " + data);
                commandOfType.put(data, command);
                used.remove(data);
            } else {
                if (taken.containsKey(name.toLowerCase(Locale.ROOT))) {
                    name += "Command";
                }
                claim(taken, name, "command " + command.name());
            }
            commandNames.put(command.name(), name);
        }
        for (Element event : events) {
            String name = Names.type(event.name());
            if (taken.containsKey(name.toLowerCase(Locale.ROOT))) {
                name += "Event";
            }
            claim(taken, name, "event " + event.name());
            eventNames.put(event.name(), name);
        }
    }

    /** Files that differ only in upper and lower case do not go together on every system. */
    private static void claim(Map<String, String> taken, String name, String owner) {
        String other = taken.putIfAbsent(name.toLowerCase(Locale.ROOT), owner);
        if (other != null && !other.equals(owner)) {
            throw new IllegalStateException("%s and %s would both be the Java type %s".formatted(other, owner, name));
        }
    }

    /** Return the types that get a class of their own, apart from commands. */
    List<Element> ownTypes() {
        return used.stream().map(types::get).toList();
    }

    /** Return the Java names of types that are deprecated because the command of their name is. */
    List<String> deprecatedTypes() {
        return commandOfType.entrySet().stream()
                .filter(type -> type.getValue().isDeprecated())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** Return whether a type is part of what is sent. */
    boolean isSent(String type) {
        return sent.contains(type);
    }

    String commandName(Element command) {
        return commandNames.get(command.name());
    }

    String eventName(Element event) {
        return eventNames.get(event.name());
    }

    boolean isUnion(String type) {
        return types.containsKey(type) && types.get(type).facts().has("branches");
    }

    boolean isAlternate(String type) {
        return types.containsKey(type) && types.get(type).text("kind").equals("alternate");
    }

    /** Return the members that stand directly in an element, or in the type that describes its data. */
    List<Element> membersOf(Element owner) {
        String data = owner.text("data");
        return data.isEmpty()
                ? owner.parts("members")
                : isUnion(data) ? List.of() : types.get(data).parts("members");
    }

    boolean isInStorageDaemon(String kind, String name) {
        return storageDaemon.path(kind).has(name);
    }

    /** Return the Java type of a value, boxed if need be. */
    String boxed(String type) {
        return switch (type) {
            case "str" -> "String";
            case "bool" -> "Boolean";
            case "number" -> "Double";
            case "any", "null" -> "JsonNode";
            default ->
                type.startsWith("[")
                        ? "List<" + boxed(element(type)) + ">"
                        : types.containsKey(type) ? Names.schemaType(type) : "Long";
        };
    }

    String java(String type) {
        return switch (boxed(type)) {
            case "Boolean" -> "boolean";
            case "Double" -> "double";
            case "Long" -> "long";
            default -> boxed(type);
        };
    }

    /** Return the expression for a type that reads values. */
    String reader(String type) {
        return switch (type) {
            case "str" -> "QapiType.TEXT";
            case "bool" -> "QapiType.BOOL";
            case "number" -> "QapiType.NUMBER";
            case "any" -> "QapiType.ANY";
            case "null" -> "QapiType.NULL";
            case "size", "uint64" -> "QapiType.UNSIGNED";
            default ->
                type.startsWith("[")
                        ? reader(element(type)) + ".list()"
                        : types.containsKey(type) ? Names.schemaType(type) + ".TYPE" : "QapiType.LONG";
        };
    }

    static boolean isUnsigned(String type) {
        return List.of("size", "uint64", "[size]", "[uint64]").contains(type);
    }

    private static String element(String type) {
        return type.substring(1, type.length() - 1);
    }
}
