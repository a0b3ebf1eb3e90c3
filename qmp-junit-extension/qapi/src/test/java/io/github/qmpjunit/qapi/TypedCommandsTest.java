package io.github.qmpjunit.qapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qapi.guestagent.GuestExecCommand;
import io.github.qmpjunit.qapi.runtime.QapiCommand;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpUnsupportedException;
import io.github.qmpjunit.qmp.TypedCommand;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is written in Java, and what of it goes to QEMU. */
class TypedCommandsTest {

    private static void assertSends(TypedCommand<?> command, String arguments) {
        assertThat(command.untyped().arguments().orElseThrow()).hasToString(arguments.replace('\'', '"'));
    }

    @Test
    void mandatory_arguments_first_then_one_method_for_each_of_the_others() {
        assertSends(
                BlockdevBackup.of("disk0", MirrorSyncMode.FULL, "target")
                        .jobId("backup0")
                        .autoDismiss(false),
                "{'device':'disk0','sync':'full','target':'target','job-id':'backup0','auto-dismiss':false}");
        assertThat(QueryStatus.command().untyped().arguments()).isEmpty();
    }

    @Test
    void commands_are_immutable() {
        BlockdevBackup plain = BlockdevBackup.of("disk0", MirrorSyncMode.FULL, "target");

        assertThat(plain.jobId("a"))
                .isNotEqualTo(plain)
                .isEqualTo(plain.jobId("b").jobId("a"));
        assertThat(plain.jobId()).isEmpty();
    }

    @Test
    void a_union_offers_its_branches_and_an_alternate_takes_each_form() {
        assertSends(
                BlockdevAdd.of(BlockdevOptions.qcow2("file0").nodeName("disk0").lazyRefcounts(true)),
                "{'driver':'qcow2','file':'file0','node-name':'disk0','lazy-refcounts':true}");
        assertSends(
                BlockdevAdd.of(BlockdevOptions.qcow2(BlockdevOptions.file("/x")).backing("base0")),
                "{'driver':'qcow2','file':{'driver':'file','filename':'/x'},'backing':'base0'}");
        assertSends(
                BlockdevAdd.of(BlockdevOptions.qcow2("file0").backing(BlockdevRefOrNull.ofNull())),
                "{'driver':'qcow2','file':'file0','backing':null}");
    }

    @Test
    void a_union_is_read_as_its_branch() {
        BlockdevOptions options = BlockdevOptions.TYPE.read(
                BlockdevOptions.qcow2("file0").nodeName("disk0").toJson());

        assertThat(options).isInstanceOfSatisfying(BlockdevOptions.Qcow2.class, qcow2 -> {
            assertThat(qcow2.file().reference()).contains("file0");
            assertThat(qcow2.file().definition()).isEmpty();
            assertThat(qcow2.nodeName()).contains("disk0");
            assertThat(qcow2.driver()).isEqualTo(BlockdevDriver.QCOW2);
        });
    }

    @Test
    void a_struct_that_is_also_a_command_goes_into_a_transaction() {
        assertSends(
                Transaction.of(List.of(
                        TransactionAction.blockdevBackup(
                                BlockdevBackup.of("a", MirrorSyncMode.FULL, "b").jobId("c")),
                        TransactionAction.abort(Abort.of()))),
                "{'actions':[{'type':'blockdev-backup','data':{'device':'a','sync':'full','target':'b','job-id':'c'}},"
                        + "{'type':'abort','data':{}}]}");
    }

    @Test
    void unsigned_numbers_any_values_and_members_without_a_type_are_sent_as_they_are() {
        assertSends(Memsave.of(-1, 5, "/x"), "{'val':18446744073709551615,'size':5,'filename':'/x'}");
        assertSends(
                QomSet.of("/machine", "p", tools.jackson.databind.node.IntNode.valueOf(5)),
                "{'path':'/machine','property':'p','value':5}");
        assertSends(
                DeviceAdd.of("virtio-blk").id("disk0").with("drive", "node0"),
                "{'driver':'virtio-blk','id':'disk0','drive':'node0'}");
        assertSends(GuestExecCommand.of("/bin/true").arg(List.of("a", "b")), "{'path':'/bin/true','arg':['a','b']}");
    }

    @Test
    void secrets_are_not_shown() {
        ObjectAdd command = ObjectAdd.of(ObjectOptions.secret("sec0").data("hunter2"));

        assertThat(command.toString()).doesNotContain("hunter2").contains("***");
        assertSends(command, "{'qom-type':'secret','id':'sec0','data':'hunter2'}");
    }

    private static void assertRefused(int major, int minor, QapiCommand<?> command, String... problems) {
        try (ScriptedQmpServer server =
                        ScriptedQmpServer.builder().version(major, minor, 0).start();
                QmpClient qmp = QmpClient.connect(server.address())) {
            server.whenExecuted("query-qmp-schema").replies(List.of(Map.of("name", "q", "meta-type", "command")));

            for (String problem : problems) {
                assertThatThrownBy(() -> qmp.execute(command))
                        .isInstanceOf(QmpUnsupportedException.class)
                        .hasMessageContaining(problem);
            }
            assertThat(server.received())
                    .noneMatch(
                            received -> received.name().equals(command.untyped().name()));
        }
    }

    @Test
    void what_an_older_qemu_does_not_know_is_refused_before_it_is_sent() {
        assertRefused(
                7,
                2,
                BlockdevBackup.of("a", MirrorSyncMode.FULL, "b").discardSource(true),
                "blockdev-backup's argument \"discard-source\" is known since 9.1, this is 7.2.0");
        assertRefused(
                7,
                2,
                BlockJobChange.of(BlockJobChangeOptions.mirror("a", MirrorCopyMode.BACKGROUND)),
                "the command block-job-change is known since 8.2, this is 7.2.0");
        assertRefused(
                7,
                2,
                BlockdevAdd.of(BlockdevOptions.qcow2(BlockdevOptions.file("/x").active(false))),
                "blockdev-add's argument \"file.active\" is known since 10.0, this is 7.2.0");
        assertRefused(
                7,
                2,
                MigrateSetCapabilities.of(List.of(MigrationCapabilityStatus.of(MigrationCapability.MAPPED_RAM, true))),
                "the value \"mapped-ram\" of migrate-set-capabilities's argument \"capabilities[0].capability\" is known since 9.0");
        assertRefused(
                10, 0, XQueryProfile.command(), "the command x-query-profile is known", "until 7.2, this is 10.0.0");
    }
}
