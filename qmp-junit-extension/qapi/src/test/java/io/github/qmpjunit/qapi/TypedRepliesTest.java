package io.github.qmpjunit.qapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qapi.runtime.QapiType;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpReplyException;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Replies as a newer QEMU may send them, and as none should. */
class TypedRepliesTest {

    private final ScriptedQmpServer server = ScriptedQmpServer.start();
    private final QmpClient qmp = QmpClient.connect(server.address());

    @AfterEach
    void close() {
        qmp.close();
        server.close();
    }

    private static JsonNode json(String text) {
        return Json.MAPPER.readTree(text);
    }

    private void replies(String command, String reply) {
        server.whenExecuted(command).replies(json(reply)).replies(json(reply));
    }

    @Test
    void what_a_newer_qemu_adds_is_kept() {
        replies("query-status", "{\"running\": true, \"status\": \"dreaming\", \"dream\": {\"deep\": true}}");

        StatusInfo status = qmp.execute(QueryStatus.command());

        assertThat(status.status().value()).isEqualTo("dreaming");
        assertThat(status.status()).isEqualTo(RunState.of("dreaming")).isNotEqualTo(RunState.RUNNING);
        assertThat(status.unknownMembers()).containsOnlyKeys("dream");
        assertThat(status.toJson().path("dream").path("deep").asBoolean()).isTrue();
    }

    @Test
    void a_branch_that_only_a_newer_qemu_has_is_kept() {
        replies("query-memory-devices", "[{\"type\": \"holographic\", \"data\": {\"id\": \"holo0\"}}]");

        MemoryDeviceInfo device = qmp.execute(QueryMemoryDevices.command()).get(0);

        assertThat(device).isInstanceOf(MemoryDeviceInfo.OtherBranch.class);
        assertThat(device.type()).isEqualTo(MemoryDeviceInfoKind.of("holographic"));
        assertThat(device.unknownMembers()).containsOnlyKeys("data");
    }

    @Test
    void a_missing_member_is_noticed_where_it_is_wanted() {
        replies("query-status", "{\"running\": true}");

        StatusInfo status = qmp.execute(QueryStatus.command());

        assertThat(status.running()).isTrue();
        assertThatThrownBy(status::status)
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("QEMU sent no member \"status\": the object is {running: true}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"running": "yes"}        | "running" is "yes", not a boolean
            {"running": null}         | "running" is null, not a boolean
            {"status": 5}             | "status" is 5, not a string (RunState)
            {"status": null}          | "status" is null, not a string (RunState)
            []                        | the value is [], not an object (StatusInfo)
            null                      | the value is null, not an object (StatusInfo)
            """)
    void a_member_of_another_type_is_an_error_that_says_where(String reply, String problem) {
        replies("query-status", reply);

        QmpReplyException error =
                catchThrowableOfType(QmpReplyException.class, () -> qmp.execute(QueryStatus.command()));

        assertThat(error)
                .hasMessageStartingWith("Cannot read the reply of QMP client \"" + qmp.name()
                        + "\" to {\"execute\":\"query-status\"}: " + problem)
                .hasMessageEndingWith(System.lineSeparator() + JsonValues.brief(json(reply)));
        assertThat(error.reply()).contains(json(reply));
        replies("query-status", "{\"running\": true}");
        assertThat(qmp.execute(QueryStatus.command()).running()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [{"id": 5}]                                        | "[0].id" is 5, not a string
            [{"id": "a"}, {"current-progress": 1.5}]           | "[1].current-progress" is 1.5, not a signed 64-bit integer
            [{"total-progress": 99999999999999999999}]         | "[0].total-progress" is 99999999999999999999, not a signed 64-bit
            [{"status": {}}]                                   | "[0].status" is {}, not a string (JobStatus)
            {"id": "a"}                                        | the value is {id: "a"}, not an array
            """)
    void the_path_leads_into_lists(String reply, String problem) {
        replies("query-jobs", reply);

        assertThatThrownBy(() -> qmp.execute(QueryJobs.command()))
                .isInstanceOf(QmpReplyException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void the_path_leads_through_objects_and_the_branches_of_unions() {
        replies("query-memory-devices", "[{\"type\": \"dimm\", \"data\": {\"slot\": \"one\"}}]");

        assertThatThrownBy(() -> qmp.execute(QueryMemoryDevices.command()))
                .isInstanceOf(QmpReplyException.class)
                .hasMessageContaining("\"[0].data.slot\" is \"one\", not a signed 64-bit integer");
    }

    @Test
    void a_member_that_is_missing_deep_inside_is_named_with_its_path() {
        replies("query-memory-devices", "[{\"type\": \"dimm\", \"data\": {\"slot\": 1}}]");
        MemoryDeviceInfo device = qmp.execute(QueryMemoryDevices.command()).get(0);

        assertThat(device)
                .isInstanceOfSatisfying(
                        MemoryDeviceInfo.Dimm.class,
                        dimm -> assertThatThrownBy(() -> dimm.data().node())
                                .isInstanceOf(NoSuchElementException.class)
                                .hasMessage("QEMU sent no member \"[0].data.node\": the object is {slot: 1}"));
    }

    @Test
    void what_is_wrong_is_shown_bounded_and_without_secrets() {
        String password = "\"hunter2hunter2\"";
        replies(
                "query-jobs",
                "[{\"password\": %s, \"id\": [%s], \"error\": \"%s\"}]"
                        .formatted(password, password, "x".repeat(200_000)));

        assertThatThrownBy(() -> qmp.execute(QueryJobs.command()))
                .hasMessageContaining("\"[0].id\" is [\"***\"], not a string")
                .hasMessageNotContaining("hunter2")
                .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(2000))
                .satisfies(e -> assertThat(e.getCause().toString()).doesNotContain("hunter2"));
    }

    @Test
    void a_reply_may_be_nested_as_deeply_as_the_client_reads() throws Exception {
        int depth = 900;
        String image =
                "{\"filename\": \"f\", \"backing-image\": ".repeat(depth) + "{\"filename\": 5}" + "}".repeat(depth);
        replies("query-named-block-nodes", "[{\"image\": " + image + "}]");

        assertThatThrownBy(() -> qmp.execute(QueryNamedBlockNodes.command()))
                .hasMessageContaining("backing-image.filename\" is 5, not a string");
        assertThatThrownBy(
                        () -> qmp.executeAsync(QueryNamedBlockNodes.command()).get(20, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(IllegalArgumentException.class);
        assertThat(qmp.execute(QueryNamedBlockNodes.command().untyped()).size()).isEqualTo(1);
    }

    @Test
    void a_number_beyond_the_range_of_double_is_no_number() {
        assertThat(QapiType.NUMBER.read(json("1e300"))).isEqualTo(1e300);
        assertThat(QapiType.NUMBER.read(json("18446744073709551616"))).isEqualTo(0x1p64);
        for (String infinite : List.of("1e400", "-1e400", "1" + "0".repeat(400))) {
            assertThatThrownBy(() -> QapiType.NUMBER.read(json(infinite)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not a number");
        }
    }

    @Test
    void an_unsigned_number_keeps_its_64_bits() {
        replies(
                "query-memory-size-summary",
                "{\"base-memory\": 18446744073709551615, \"plugged-memory\": 9223372036854775808}");

        MemoryInfo memory = qmp.execute(QueryMemorySizeSummary.command());

        assertThat(Long.toUnsignedString(memory.baseMemory())).isEqualTo("18446744073709551615");
        assertThat(memory.pluggedMemory()).contains(Long.MIN_VALUE);
        replies("query-memory-size-summary", "{\"base-memory\": 18446744073709551616}");
        assertThatThrownBy(() -> qmp.execute(QueryMemorySizeSummary.command()))
                .hasMessageContaining("\"base-memory\" is 18446744073709551616, not an unsigned 64-bit integer");
    }

    @Test
    void the_raw_tree_is_always_at_hand() {
        replies("query-jobs", "[{\"id\": \"a\"}]");

        assertThat(qmp.execute(QueryJobs.command().untyped())).isEqualTo(json("[{\"id\": \"a\"}]"));
        assertThat(qmp.execute(QueryJobs.command())).isEqualTo(List.of(JobInfo.TYPE.read(json("{\"id\": \"a\"}"))));
    }

    @Test
    void a_typed_value_goes_into_an_untyped_command() {
        QmpCommand command = QmpCommand.of(
                        "blockdev-add", BlockdevOptions.file("/x").nodeName("n"))
                .with("cache", BlockdevCacheOptions.of().direct(true));

        assertThat(command)
                .hasToString("{\"execute\":\"blockdev-add\",\"arguments\":{\"driver\":\"file\",\"filename\":\"/x\","
                        + "\"node-name\":\"n\",\"cache\":{\"direct\":true}}}");
    }
}
