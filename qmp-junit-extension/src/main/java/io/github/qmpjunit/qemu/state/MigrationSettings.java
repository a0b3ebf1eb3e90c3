package io.github.qmpjunit.qemu.state;

import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpErrorException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import tools.jackson.databind.JsonNode;

/**
 * Restores the migration capabilities and parameters that one operation has changed in a QEMU. QEMU keeps them for as long as
 * it lives, so they would affect the next operation.
 *
 * <p>If they were not restored, for example after a migration whose end no test awaits, the next operation restores them before it sets its own. Thread-safe.
 */
final class MigrationSettings {

    /** The time for cleaning up after an operation, even if its own time is over. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Map<QmpClient, MigrationSettings> NOT_PUT_BACK =
            Collections.synchronizedMap(new WeakHashMap<>());

    private final Map<String, Boolean> capabilities;
    private final Map<String, Object> parameters;

    private MigrationSettings(Map<String, Boolean> capabilities, Map<String, Object> parameters) {
        this.capabilities = capabilities;
        this.parameters = parameters;
    }

    /**
     * Set capabilities and parameters until {@link #putBack}.
     *
     * @throws io.github.qmpjunit.qmp.QmpErrorException if QEMU refuses; they are then unchanged
     */
    static void apply(QmpClient qmp, Map<String, Boolean> capabilities, Map<String, ?> parameters) {
        putBack(qmp);
        NOT_PUT_BACK.put(qmp, now(qmp, capabilities.keySet(), parameters.keySet()));
        try {
            setCapabilities(qmp, capabilities);
            setParameters(qmp, parameters);
        } catch (QmpErrorException e) {
            putBack(qmp);
            throw e;
        }
    }

    /**
     * Restore earlier settings, if any were changed; works also on an interrupted thread.
     *
     * @throws io.github.qmpjunit.qmp.QmpException if QEMU refuses, or does not answer; the next operation tries again
     */
    static void putBack(QmpClient qmp) {
        MigrationSettings before = NOT_PUT_BACK.get(qmp);
        if (before == null) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            setCapabilities(qmp, before.capabilities);
            setParameters(qmp, before.parameters);
            NOT_PUT_BACK.remove(qmp);
        } catch (QmpDisconnectedException e) {
            NOT_PUT_BACK.remove(qmp); // the settings ended with their QEMU
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Return all capabilities of the QEMU, and whether they are enabled. */
    static Map<String, Boolean> capabilities(QmpClient qmp) {
        Map<String, Boolean> all = new LinkedHashMap<>();
        for (JsonNode each : qmp.execute("query-migrate-capabilities")) {
            all.put(each.path("capability").asString(""), each.path("state").asBoolean(false));
        }
        return all;
    }

    private static void setCapabilities(QmpClient qmp, Map<String, Boolean> capabilities) {
        List<Map<String, Object>> all = new ArrayList<>();
        capabilities.forEach((name, on) -> all.add(Map.of("capability", name, "state", on)));
        execute(qmp, "migrate-set-capabilities", Map.of("capabilities", all));
    }

    private static void setParameters(QmpClient qmp, Map<String, ?> parameters) {
        if (!parameters.isEmpty()) {
            execute(qmp, "migrate-set-parameters", parameters);
        }
    }

    private static void execute(QmpClient qmp, String command, Map<String, ?> arguments) {
        qmp.execute(QmpCommand.of(command, arguments).withTimeout(PATIENCE));
    }

    /** QEMU will refuse unknown settings, and settings without a value cannot be restored. */
    private static MigrationSettings now(QmpClient qmp, Set<String> capabilities, Set<String> parameters) {
        Map<String, Boolean> capabilitiesNow = capabilities(qmp);
        capabilitiesNow.keySet().retainAll(capabilities);
        Map<String, Object> parametersNow = new LinkedHashMap<>();
        if (!parameters.isEmpty()) {
            JsonNode reported = qmp.execute("query-migrate-parameters");
            parameters.stream().filter(reported::has).forEach(name -> parametersNow.put(name, reported.get(name)));
        }
        return new MigrationSettings(capabilitiesNow, parametersNow);
    }
}
