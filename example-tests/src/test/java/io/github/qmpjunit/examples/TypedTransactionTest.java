package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qapi.ActionCompletionMode;
import io.github.qmpjunit.qapi.BlockDeviceInfo;
import io.github.qmpjunit.qapi.BlockDirtyBitmapAdd;
import io.github.qmpjunit.qapi.BlockdevBackup;
import io.github.qmpjunit.qapi.MirrorSyncMode;
import io.github.qmpjunit.qapi.QueryNamedBlockNodes;
import io.github.qmpjunit.qapi.Transaction;
import io.github.qmpjunit.qapi.TransactionAction;
import io.github.qmpjunit.qapi.TransactionProperties;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpClient;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link TransactionTest} with the types of qmp-qapi. */
@QemuTest
@Vm(factory = TransactionTest.ThreeDisks.class)
class TypedTransactionTest {

    @Test
    void begins_several_backups_at_one_moment(QmpClient qmp) {
        qmp.execute(Transaction.of(List.of(backup("job0", "copy0"), backup("job1", "copy1"))));

        assertThat(qmp).job("job1").succeeds();
        assertThat(qmp).job("job0").succeeds();
    }

    @Test
    void undoes_what_it_began_when_one_action_is_refused(QmpClient qmp) {
        List<TransactionAction> actions = List.of(
                TransactionAction.blockDirtyBitmapAdd(BlockDirtyBitmapAdd.of("disk", "bitmap0")),
                backup("job0", "copy0"),
                backup("job1", "nowhere"));

        assertThat(qmp).executing(Transaction.of(actions)).failsWithDescriptionContaining("nowhere");

        assertThat(qmp).awaitNoJobs();
        assertThat(qmp.execute(QueryNamedBlockNodes.command().flat(true)))
                .extracting(BlockDeviceInfo::dirtyBitmaps)
                .allMatch(bitmaps -> bitmaps.isEmpty());
    }

    @Test
    void calls_off_all_its_jobs_when_one_of_them_fails(QemuMachine vm, QmpClient qmp) {
        vm.faults().fillUp("copy1");
        qmp.execute(Transaction.of(List.of(backup("job0", "copy0"), backup("job1", "copy1")))
                .properties(TransactionProperties.of().completionMode(ActionCompletionMode.GROUPED)));

        assertThat(qmp).job("job1").failsWithErrorContaining("No space left");
        assertThat(qmp).job("job0").endsCancelled();
    }

    private static TransactionAction backup(String job, String target) {
        return TransactionAction.blockdevBackup(
                BlockdevBackup.of("disk", MirrorSyncMode.FULL, target).jobId(job));
    }
}
