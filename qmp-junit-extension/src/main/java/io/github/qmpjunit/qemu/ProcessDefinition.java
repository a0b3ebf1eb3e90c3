package io.github.qmpjunit.qemu;

import io.github.qmpjunit.internal.Words;
import io.github.qmpjunit.qemu.launch.RunSettings;
import io.github.qmpjunit.qemu.process.CommandLine;
import io.github.qmpjunit.secrets.Secrets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the definitions of a machine and of a storage daemon have in common: the binary, the parts on the command line with their
 * ids, and how the process is treated. Not thread-safe.
 */
final class ProcessDefinition {

    /** What options of this program begin with. */
    private final String dashes;

    private final List<Argument> args = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();

    /** An argument, and whether a part has brought it: a block node, a device. */
    private record Argument(String text, boolean ofPart) {}

    private @Nullable String binary;
    private RunSettings settings;

    /**
     * @param defaultName the name, if none is set
     * @param dashes what options of this program begin with
     */
    ProcessDefinition(String defaultName, String dashes) {
        this.dashes = dashes;
        this.settings = RunSettings.named(defaultName);
    }

    /** Return one that says the same, and goes its own way from here on. */
    ProcessDefinition copy() {
        ProcessDefinition copy = new ProcessDefinition(settings.name(), dashes);
        copy.args.addAll(args);
        copy.ids.addAll(ids);
        copy.binary = binary;
        copy.settings = settings;
        return copy;
    }

    /** Forget the arguments so far, those of parts excepted. */
    void removeArgs() {
        args.removeIf(argument -> !argument.ofPart());
    }

    /** Forget the parts so far. */
    void removeParts() {
        args.removeIf(Argument::ofPart);
        ids.clear();
    }

    void setBinary(String pathOrCommand) {
        this.binary = Words.require("The binary", pathOrCommand);
    }

    /** Return the path or command; null if it is to be looked for. */
    @Nullable
    String binary() {
        return binary;
    }

    void setName(String name) {
        Words.require("The name", name);
        change(with -> with.withName(name));
    }

    void change(UnaryOperator<RunSettings> change) {
        settings = change.apply(settings);
    }

    RunSettings settings() {
        return settings;
    }

    void add(String... more) {
        add(false, more);
    }

    private void add(boolean ofPart, String... more) {
        args.addAll(Stream.of(more)
                .map(argument -> new Argument(Words.require("An argument", argument), ofPart))
                .toList());
    }

    /** Return the arguments so far. */
    List<String> args() {
        return args.stream().map(Argument::text).toList();
    }

    /** Add a block node, with the node name that it has or is handed out. */
    void addBlockNode(Map<String, ?> options) {
        addPart("blockdev", "driver", options, "node-name", "node");
    }

    /** Add a part whose first value, the unnamed one, says what kind it is of. */
    void addPart(String option, String kindKey, String kind, Map<String, ?> properties) {
        Map<String, Object> all = new HashMap<>(properties);
        all.put(kindKey, kind);
        addPart(option, kindKey, all, "id", option);
    }

    private void addPart(String option, String kindKey, Map<String, ?> properties, String idKey, String idPrefix) {
        Map<String, Object> rest = new HashMap<>(properties);
        Object kind = rest.remove(kindKey);
        if (kind == null) {
            throw new IllegalArgumentException("%s%s needs a \"%s\", but has only %s"
                    .formatted(dashes, option, kindKey, new Secrets().mask(properties.toString())));
        }
        Object id = rest.computeIfAbsent(idKey, key -> newId(idPrefix));
        if (properties.containsKey(idKey) && !ids.add(id.toString())) {
            String what = idKey.equals("id") ? option + " id" : idKey;
            throw new IllegalArgumentException("The %s \"%s\" is taken already".formatted(what, id));
        }
        add(true, dashes + option, CommandLine.option(kind.toString(), rest));
    }

    /** Hand out an id that no other part of this process has. */
    String newId(String prefix) {
        int number = 0;
        while (!ids.add(prefix + number)) {
            number++;
        }
        return prefix + number;
    }
}
