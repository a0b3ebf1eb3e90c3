package io.github.qmpjunit.qapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qapi.generator.Java;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.TypedCommand;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Every command that needs no arguments, executed typed on real programs; what comes back is all known to its type. */
class RoundTripTest {

    private static final String DEVICES = "-blockdev null-co,node-name=null0,size=1048576,read-zeroes=on"
            + " -device virtio-blk,id=disk0,drive=null0 -device virtio-net,id=nic0 -device virtio-balloon,id=balloon0"
            + " -device virtio-serial -chardev null,id=char0 -device virtserialport,chardev=char0,name=port0"
            + " -object iothread,id=iothread0 -object memory-backend-ram,id=ram0,size=1M -device usb-ehci -device usb-tablet"
            + " -drive if=none,id=cd0 -device ide-cd,drive=cd0";

    /** They end the peer; and QEMU 10.0 aborts when a machine without a clock is to reset it. */
    private static final Set<String> NOT_EXECUTED = Set.of("quit", "rtc-reset-reinjection");

    /** They want an argument although the schema calls all of them optional, or they have been executed already. */
    private static final Set<String> WANTING = Set.of(
            "add-fd",
            "blockdev-close-tray",
            "blockdev-open-tray",
            "eject",
            "migrate",
            "migrate-incoming",
            "qmp_capabilities",
            "x-exit-preconfig");

    /** They fail where the machine does not have, or is not in the state for, what they are about. */
    private static final Set<String> DEPENDING = Set.of(
            "inject-nmi",
            "migrate-pause",
            "migrate-start-postcopy",
            "nbd-server-stop",
            "query-acpi-ospm-status",
            "query-balloon",
            "query-hotpluggable-cpus",
            "query-hv-balloon-status-report",
            "query-sev-capabilities",
            "query-sev-launch-measure",
            "query-sgx",
            "query-sgx-capabilities",
            "query-vm-generation-id",
            "query-xen-replication-status",
            "replay-delete-break",
            "system_wakeup",
            "x-colo-lost-heartbeat",
            "x-query-profile",
            "x-query-usb",
            "x-query-virtio",
            "xen-event-list");

    /** The agent runs on the host here, which it is not to change. */
    private static final Pattern HARMLESS = Pattern.compile("guest-(get-.*|info|ping|network-get-.*|fsfreeze-status)");

    private static TypedCommand<?> command(String packageName, String name) {
        try {
            return (TypedCommand<?>)
                    Class.forName(packageName + "." + name).getMethod("command").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(name, e);
        }
    }

    /** Execute each of the commands that the peer has; all that comes back is known. Return the errors, by command. */
    private static Map<String, String> executeAll(
            QmpClient qmp, String packageName, String program, Predicate<String> wanted) {
        Map<String, String> errors = new TreeMap<>();
        Set<String> differing = new TreeSet<>();
        for (String name : Java.commandsWithoutMandatoryArguments(program)) {
            TypedCommand<?> command = command(packageName, name);
            if (!wanted.test(command.untyped().name())) {
                continue;
            }
            try {
                JsonNode raw = qmp.execute(command.untyped());
                JsonNode rebuilt = Rebuilt.of(command.read(raw));
                if (!JsonValues.equal(rebuilt, raw)) {
                    differing.add("%s%n  sent: %s%n  read: %s"
                            .formatted(name, JsonValues.excerpt(raw), JsonValues.excerpt(rebuilt)));
                }
            } catch (QmpErrorException e) {
                errors.put(command.untyped().name(), e.errorClass() + ": " + e.description());
            }
        }
        assertThat(differing).isEmpty();
        return errors;
    }

    private static void executeAll(QmpClient qmp, String program) {
        Set<String> known = qmp.schema().commands();
        Map<String, String> errors = executeAll(
                qmp, "io.github.qmpjunit.qapi", program, name -> known.contains(name) && !NOT_EXECUTED.contains(name));

        errors.keySet().removeAll(WANTING);
        errors.keySet().removeAll(DEPENDING);
        assertThat(errors).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "q35", "q35 " + DEVICES})
    void all_of_a_machines_replies_are_known(String definition) {
        String[] words = definition.split(" ", -1);
        try (QemuMachine vm = QemuMachine.builder()
                .machine(words[0])
                .args(Stream.of(words).skip(1).toArray(String[]::new))
                .start()) {
            executeAll(vm.qmp(), "qemu");
        }
    }

    @Test
    void all_of_a_storage_daemons_replies_are_known() {
        try (StorageDaemon daemon = StorageDaemon.builder().start()) {
            executeAll(daemon.qmp(), "storage-daemon");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void all_of_a_guest_agents_replies_are_known(@TempDir Path dir) throws Exception {
        try (HostAgent agent = HostAgent.start(dir)) {
            Map<String, String> errors = executeAll(
                    agent.qmp(),
                    "io.github.qmpjunit.qapi.guestagent",
                    "guest-agent",
                    name -> HARMLESS.matcher(name).matches());

            assertThat(errors.keySet())
                    .doesNotContain("guest-info", "guest-ping", "guest-get-osinfo", "guest-network-get-interfaces");
        }
    }
}
