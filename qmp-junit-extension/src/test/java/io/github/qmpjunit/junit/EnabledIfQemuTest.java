package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.qmpjunit.qemu.probe.QemuCapabilities;
import io.github.qmpjunit.qemu.process.QemuBinary;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Conditions, asked of the real QEMU. */
class EnabledIfQemuTest {

    static class Cases {

        @Test
        @EnabledIfQemu(
                version = "[4,)",
                command = {"quit", "query-status"},
                device = "virtio-blk-pci",
                machine = "q35",
                accelerator = "tcg",
                blockDriver = {"nbd", "qcow2"},
                netdev = "user",
                property = {"virtio-blk-pci.queue-size", "virtio-blk.serial"})
        void all_of_it() {}

        @Test
        @EnabledIfQemu(version = "[1,2)")
        void version() {}

        @Test
        @EnabledIfQemu(command = {"quit", "make-coffee"})
        void command() {}

        @Test
        @EnabledIfQemu(device = "flux-capacitor", machine = "delorean")
        void device_and_machine() {}

        @Test
        @EnabledIfQemu(blockDriver = "floppy-tape", netdev = "carrier-pigeon")
        void block_driver_and_netdev() {}

        @Test
        @EnabledIfQemu(netdev = "vmnet-host")
        void netdev_of_another_system() {}

        @Test
        @EnabledIfQemu(property = {"virtio-blk-pci.queue-sise", "flux-capacitor.gigawatts"})
        void property() {}

        @Test
        @EnabledIfQemu(accelerator = "steam")
        void accelerator() {}

        @Test
        @EnabledIfQemu(accelerator = "kvm")
        void kvm() {}

        @Test
        @EnabledIfQemu(binary = "/nowhere/qemu")
        void missing() {}

        @Test
        @EnabledIfQemu(binary = "/nowhere/qemu", missing = Missing.SKIP)
        void missing_and_skipped() {}

        @Test
        @EnabledIfQemu(blockDriver = "qcow22")
        void misspelt_block_driver() {}

        @Test
        @EnabledIfQemu(netdev = "usr")
        void misspelt_netdev() {}

        @Test
        @EnabledIfQemu(property = "queue-size")
        void no_property() {}

        @Test
        @EnabledIfQemu(version = "8")
        void no_range() {}
    }

    private static Events run(String... configuration) {
        EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter").selectors(selectClass(Cases.class));
        for (int i = 0; i < configuration.length; i += 2) {
            kit.configurationParameter(configuration[i], configuration[i + 1]);
        }
        return kit.execute().testEvents();
    }

    private static Map<String, String> skipped(Events events) {
        Map<String, String> reasons = new LinkedHashMap<>();
        events.skipped().stream()
                .forEach(event -> reasons.put(
                        event.getTestDescriptor().getDisplayName(),
                        event.getPayload(String.class).orElse("")));
        return reasons;
    }

    private static Map<String, String> failed(Events events) {
        Map<String, String> messages = new LinkedHashMap<>();
        events.failed().stream()
                .forEach(event -> messages.put(
                        event.getTestDescriptor().getDisplayName(),
                        event.getRequiredPayload(TestExecutionResult.class)
                                .getThrowable()
                                .orElseThrow()
                                .toString()));
        return messages;
    }

    @Test
    void a_test_is_skipped_for_what_this_QEMU_has_not_and_the_reason_says_so() {
        Events events = run();

        QemuCapabilities real = QemuCapabilities.of(QemuBinary.find(null));
        String name = "QEMU %s at %s ".formatted(real.version(), real.binary());
        Map<String, String> reasons = skipped(events);
        assertThat(reasons)
                .containsEntry("version()", name + "is not in [1,2)")
                .containsEntry("command()", name + "has no command \"make-coffee\"")
                .containsEntry(
                        "device_and_machine()", name + "has no device \"flux-capacitor\", has no machine \"delorean\"")
                .containsEntry("accelerator()", name + "has no accelerator \"steam\", only " + real.accelerators())
                .containsEntry(
                        "block_driver_and_netdev()",
                        name + "has no block driver \"floppy-tape\", has no netdev \"carrier-pigeon\"")
                .containsEntry("netdev_of_another_system()", name + "has no netdev \"vmnet-host\"")
                .containsEntry(
                        "property()",
                        name
                                + "has no property \"queue-sise\" of device \"virtio-blk-pci\"; did you mean \"queue-size\"?, has no device \"flux-capacitor\"")
                .containsKey("missing_and_skipped()")
                .doesNotContainKeys("all_of_it()", "missing()");
        assertThat(reasons.get("missing_and_skipped()")).contains("/nowhere/qemu");
        if (real.whyNoKvm().isPresent()) {
            assertThat(reasons.get("kvm()")).startsWith(name + "cannot use KVM: ");
        } else {
            assertThat(reasons).doesNotContainKey("kvm()");
        }
        assertThat(events.succeeded().stream()
                        .map(event -> event.getTestDescriptor().getDisplayName()))
                .contains("all_of_it()");
    }

    @Test
    void without_a_QEMU_a_test_fails_unless_skipping_is_asked_for() {
        Map<String, String> failures = failed(run());

        assertThat(failures.keySet())
                .isEqualTo(Set.of(
                        "missing()", "no_range()", "misspelt_block_driver()", "misspelt_netdev()", "no_property()"));
        assertThat(failures.get("misspelt_block_driver()"))
                .contains(
                        "@EnabledIfQemu names the block driver \"qcow22\", which QEMU does not know; did you mean \"qcow2\"");
        assertThat(failures.get("misspelt_netdev()")).contains("netdev \"usr\"").contains("\"user\"");
        assertThat(failures.get("no_property()"))
                .contains("(property = \"queue-size\") is no device, dot and property");
        assertThat(failures.get("missing()"))
                .contains("EnabledIfQemuCondition")
                .contains("looked for \"/nowhere/qemu\"");
        assertThat(failures.get("no_range()")).contains("\"8\" is no range of versions");

        Events skipping = run(ConfigurationKeys.MISSING, "skip");

        assertThat(failed(skipping)).doesNotContainKey("missing()");
        assertThat(skipped(skipping).get("missing()")).contains("looked for \"/nowhere/qemu\"");
    }
}
