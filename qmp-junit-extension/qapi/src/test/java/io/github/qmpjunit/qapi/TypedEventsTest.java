package io.github.qmpjunit.qapi;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qapi.generator.Java;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.EventMatcher;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpProtocolException;
import io.github.qmpjunit.qmp.TypedEventType;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TypedEventsTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void every_event_of_a_busy_machine_is_read_by_its_type() throws Exception {
        try (QemuMachine vm = QemuMachine.builder()
                .machine("q35")
                .args(
                        "-blockdev",
                        "null-co,node-name=a,size=1048576,read-zeroes=on",
                        "-blockdev",
                        "null-co,node-name=b,size=1048576,read-zeroes=on",
                        "-device",
                        "virtio-net,id=nic0")
                .start()) {
            QmpClient qmp = vm.qmp();
            qmp.execute(BlockdevBackup.of("a", MirrorSyncMode.FULL, "b").jobId("job0"));
            JobStatusChange concluded = qmp.events()
                    .next(
                            event(JobStatusChange.EVENT)
                                    .withData(JobStatusChange.ID, "job0")
                                    .withData(JobStatusChange.STATUS, JobStatus.CONCLUDED),
                            SOON)
                    .as(JobStatusChange.EVENT);
            qmp.execute(Stop.command());
            qmp.execute(Cont.command());
            qmp.execute(SystemReset.command());
            Reset reset = qmp.events().next(Reset.EVENT, SOON);
            qmp.execute(SystemPowerdown.command());
            qmp.events().next(Powerdown.EVENT, SOON);

            assertThat(concluded.id()).isEqualTo("job0");
            assertThat(reset.guest()).isFalse();
            assertThat(reset.reason()).isEqualTo(ShutdownCause.HOST_QMP_SYSTEM_RESET);
            Map<String, String> types = Java.events();
            Set<String> read = new TreeSet<>();
            for (QmpEvent event : qmp.events().history()) {
                TypedEventType<?> type =
                        (TypedEventType<?>) Class.forName("io.github.qmpjunit.qapi." + types.get(event.name()))
                                .getField("EVENT")
                                .get(null);
                assertThat(JsonValues.equal(Rebuilt.of(event.as(type)), event.data()))
                        .as(event.toString())
                        .isTrue();
                read.add(event.name());
            }
            assertThat(read)
                    .contains("JOB_STATUS_CHANGE", "BLOCK_JOB_COMPLETED", "STOP", "RESUME", "RESET", "POWERDOWN");
        }
    }

    @Test
    void an_event_that_cannot_be_read_is_an_error_that_says_where_and_the_next_one_is_read() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.sendEvent("JOB_STATUS_CHANGE", Map.of("id", "job0", "status", 5));
            server.sendEvent("JOB_STATUS_CHANGE", Map.of("id", "job0", "status", "dreaming", "depth", 7));

            assertThatThrownBy(() -> qmp.events().next(JobStatusChange.EVENT, SOON))
                    .isInstanceOf(QmpProtocolException.class)
                    .hasMessageStartingWith(
                            "Cannot read the data of JOB_STATUS_CHANGE: \"status\" is 5, not a string (JobStatus)")
                    .hasMessageContaining("status: 5");
            JobStatusChange second = qmp.events().next(JobStatusChange.EVENT, SOON);

            assertThat(second.status()).isEqualTo(JobStatus.of("dreaming"));
            assertThat(second.unknownMembers()).containsOnlyKeys("depth");
        }
    }

    @Test
    void a_key_does_not_match_a_value_of_another_type() {
        EventMatcher concluded = event(JobStatusChange.EVENT).withData(JobStatusChange.STATUS, JobStatus.CONCLUDED);
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            for (Object status : new Object[] {5, List.of("concluded"), Map.of(), true, "concluded"}) {
                server.sendEvent("JOB_STATUS_CHANGE", Map.of("id", "job0", "status", status));
            }

            assertThat(qmp.events().next(concluded, SOON).sequence()).isEqualTo(5);
        }
    }
}
