package io.github.qmpjunit.qapi.generator;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What tests of the generated types need to know of the generator. */
public final class Java {

    private Java() {}

    /** Return the name of the method for a member. */
    public static String method(String member) {
        return Names.method(member);
    }

    /** Return the simple names of the classes for the commands of a program that need no arguments. */
    public static List<String> commandsWithoutMandatoryArguments(String program) {
        JsonNode facts = QapiGenerator.facts();
        Space space =
                new Space("", "", facts.at("/programs/" + program), facts.path("none"), FactsMerger.versions(facts));
        return space.commands.stream()
                .filter(command -> !space.isUnion(command.text("data"))
                        && space.membersOf(command).stream().allMatch(Element::mayBeMissing))
                .map(space::commandName)
                .toList();
    }

    /** Return the simple names of the classes for the events of QEMU, by event. */
    public static Map<String, String> events() {
        JsonNode facts = QapiGenerator.facts();
        Space space = new Space("", "", facts.at("/programs/qemu"), facts.path("none"), FactsMerger.versions(facts));
        return space.events.stream().collect(java.util.stream.Collectors.toMap(Element::name, space::eventName));
    }
}
