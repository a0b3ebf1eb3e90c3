package io.github.qmpjunit.junit.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What is known of the machines at one moment: run state, jobs and migration, as the messages up to then have told. */
final class MomentState {

    private static final Map<String, String> RUN_STATES = Map.of(
            "STOP", "paused", "RESUME", "running", "WAKEUP", "running", "SHUTDOWN", "shutdown", "SUSPEND", "suspended");

    private static final int MOST_JOBS = 20;

    private final List<String> names;
    private final Map<Integer, Map<String, String>> known = new LinkedHashMap<>();

    MomentState(List<String> names) {
        this.names = names;
    }

    /** Take an entry in; return whether it has changed anything. */
    boolean observe(Entry entry) {
        if (entry.detail().isEmpty() && !RUN_STATES.containsKey(entry.title())) {
            return false;
        }
        JsonNode data = entry.detail().orElse(null);
        int machine = entry.lane().machine();
        return switch (entry.kind()) {
            case EVENT -> (data == null || data.isObject()) && observeEvent(machine, entry.title(), data);
            case REPLY ->
                entry.title().equals("query-status")
                        && data != null
                        && data.has("status")
                        && set(machine, "", data.path("status").asString(""));
            default -> false;
        };
    }

    private boolean observeEvent(int machine, String name, @Nullable JsonNode data) {
        if (RUN_STATES.containsKey(name)) {
            return set(machine, "", RUN_STATES.getOrDefault(name, ""));
        }
        if (data == null) {
            return false;
        }
        String status = data.path("status").asString("");
        return switch (name) {
            case "JOB_STATUS_CHANGE" -> set(machine, "job " + data.path("id").asString("?"), status);
            case "MIGRATION" -> set(machine, "migration", status);
            default -> false;
        };
    }

    private boolean set(int machine, String what, String state) {
        Map<String, String> ofMachine = known.computeIfAbsent(machine, absent -> new LinkedHashMap<>());
        if (state.equals("null")) { // QEMU's word for a job that is gone
            return ofMachine.remove(what) != null;
        }
        if (ofMachine.size() >= MOST_JOBS && !ofMachine.containsKey(what)) {
            return false;
        }
        return !state.equals(ofMachine.put(what, state));
    }

    /** {@return the state in words, one line for each machine} */
    @Override
    public String toString() {
        return known.entrySet().stream()
                .filter(machine -> !machine.getValue().isEmpty())
                .map(machine -> "%s: %s"
                        .formatted(
                                names.get(machine.getKey()),
                                machine.getValue().entrySet().stream()
                                        .map(part -> (part.getKey() + " " + part.getValue()).strip())
                                        .collect(Collectors.joining(", "))))
                .collect(Collectors.joining("\n"));
    }
}
