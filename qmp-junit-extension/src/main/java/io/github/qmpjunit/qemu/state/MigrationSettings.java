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
 * The migration capabilities and parameters that one operation has set in a QEMU, to be put back after it. QEMU keeps them for as long
 * as it lives, so the next operation would find them.
 *
 * <p>If they are not put back, as by a migration that nobody waits for, the next operation does so before it sets its own. Thread-safe.
 */
final class MigrationSettings {

    /** For what must be put right after an operation, whether it has time left for that or not. */
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
     * @throws io.github.qmpjunit.qmp.QmpErrorException if QEMU refuses; they are as before then
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
     * Put back what was set before, if anything was; for a thread that was interrupted, too.
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
            NOT_PUT_BACK.remove(qmp); // they have ended with their QEMU
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Return all capabilities that the QEMU has, with whether they are on. */
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

    /** What QEMU does not know, it will refuse, and what has no value cannot be set back. */
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
