package io.github.qmpjunit.qapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qapi.generator.Java;
import io.github.qmpjunit.qapi.runtime.QapiCommand;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.TypedCommand;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Every command that needs no arguments, executed typed on real programs; what comes back is all known to its type. */
class RoundTripTest {

    private static final String DISKS = "-blockdev null-co,node-name=null0,size=1048576,read-zeroes=on"
            + " -device virtio-blk,id=disk0,drive=null0 -device virtio-net,id=nic0 -device virtio-balloon,id=balloon0"
            + " -device virtio-serial -chardev null,id=char0 -device virtserialport,chardev=char0,name=port0"
            + " -object iothread,id=iothread0 -object memory-backend-ram,id=ram0,size=1M -device usb-ehci -device usb-tablet"
            + " -drive if=none,id=cd0 -device ide-cd,drive=cd0";

    /** Commands that end the peer, or its monitor's session; the last one is executed. */
    private static final Set<String> ENDING =
            Set.of("Quit", "GuestShutdown", "GuestSuspendDisk", "GuestSuspendRam", "GuestSuspendHybrid");

    /** Commands that may fail because of what the machine or the host has; every other one must succeed. */
    private static final Set<String> DEPENDING = Set.of();

    private static TypedCommand<?> command(String packageName, String name) {
        try {
            return (TypedCommand<?>)
                    Class.forName(packageName + "." + name).getMethod("command").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(name, e);
        }
    }

    /** Execute each of the commands and return the errors, by command. */
    private static Map<String, String> executeAll(QmpClient qmp, String packageName, String program) {
        Map<String, String> errors = new TreeMap<>();
        Set<String> differing = new TreeSet<>();
        for (String name : Java.commandsWithoutMandatoryArguments(program)) {
            if (ENDING.contains(name)) {
                continue;
            }
            TypedCommand<?> command = command(packageName, name);
            try {
                JsonNode raw = qmp.execute(command.untyped());
                JsonNode rebuilt = Rebuilt.of(command.read(raw));
                if (!JsonValues.equal(rebuilt, raw)) {
                    differing.add("%s%n  sent: %s%n  read: %s"
                            .formatted(name, JsonValues.excerpt(raw), JsonValues.excerpt(rebuilt)));
                }
            } catch (QmpErrorException e) {
                errors.put(((QapiCommand<?>) command).untyped().name(), e.errorClass() + ": " + e.description());
            }
        }
        assertThat(differing).isEmpty();
        return errors;
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "q35", "q35 " + DISKS})
    void all_of_a_machines_replies_are_known(String definition) {
        String[] words = definition.split(" ", -1);
        try (QemuMachine vm = QemuMachine.builder()
                .machine(words[0])
                .args(Stream.of(words).skip(1).toArray(String[]::new))
                .start()) {
            Map<String, String> errors = executeAll(vm.qmp(), "io.github.qmpjunit.qapi", "qemu");
            System.out.println(definition
                    + errors.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n  ", "\n  ", "")));
        }
    }

    @Test
    void all_of_a_storage_daemons_replies_are_known() {
        try (StorageDaemon daemon = StorageDaemon.builder().start()) {
            Map<String, String> errors = executeAll(daemon.qmp(), "io.github.qmpjunit.qapi", "storage-daemon");
            System.out.println("qsd"
                    + errors.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n  ", "\n  ", "")));
        }
    }
}
