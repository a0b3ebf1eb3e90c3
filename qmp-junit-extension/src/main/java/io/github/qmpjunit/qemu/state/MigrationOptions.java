package io.github.qmpjunit.qemu.state;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apiguardian.api.API;

/**
 * The options of a migration: a timeout, and capabilities and parameters, which are set on both machines, since most must be the same on
 * both sides. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class MigrationOptions {

    private static final MigrationOptions DEFAULTS = new MigrationOptions(Map.of(), Map.of(), Duration.ofMinutes(1));

    private final Map<String, Boolean> capabilities;
    private final Map<String, Object> parameters;
    private final Duration timeout;

    private MigrationOptions(Map<String, Boolean> capabilities, Map<String, Object> parameters, Duration timeout) {
        this.capabilities = capabilities;
        this.parameters = parameters;
        this.timeout = timeout;
    }

    /** {@return QEMU's default capabilities and parameters, and a timeout of one minute} */
    public static MigrationOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Return these options with an enabled capability, such as {@code pause-before-switchover} or {@code auto-converge}.
     *
     * @param capability its name in {@code migrate-set-capabilities}
     * @return the options
     */
    public MigrationOptions withCapability(String capability) {
        return withCapability(capability, true);
    }

    /**
     * Return these options with an enabled or disabled capability.
     *
     * @param capability its name in {@code migrate-set-capabilities}
     * @param on whether it is enabled
     * @return the options
     */
    public MigrationOptions withCapability(String capability, boolean on) {
        return new MigrationOptions(with(capabilities, capability, on), parameters, timeout);
    }

    /**
     * Return these options with a parameter, such as {@code max-bandwidth}.
     *
     * @param parameter its name in {@code migrate-set-parameters}
     * @param value its value
     * @return the options
     */
    public MigrationOptions withParameter(String parameter, Object value) {
        return new MigrationOptions(capabilities, with(parameters, parameter, value), timeout);
    }

    /**
     * Return these options with a timeout for the whole migration.
     *
     * @param newTimeout how long {@link io.github.qmpjunit.qemu.QemuMachine#migrateTo(QemuMachine, MigrationOptions)} waits at most
     * @return the options
     */
    public MigrationOptions withTimeout(Duration newTimeout) {
        return new MigrationOptions(capabilities, parameters, newTimeout);
    }

    private static <V> Map<String, V> with(Map<String, V> before, String key, V value) {
        Map<String, V> all = new LinkedHashMap<>(before);
        all.put(key, value);
        return Collections.unmodifiableMap(all);
    }

    Map<String, Boolean> capabilities() {
        return capabilities;
    }

    Map<String, Object> parameters() {
        return parameters;
    }

    /** {@return how long the migration may take. Default: a minute} */
    public Duration timeout() {
        return timeout;
    }

    @Override
    public String toString() {
        return "capabilities %s, parameters %s, within %s".formatted(capabilities, parameters, timeout);
    }
}
