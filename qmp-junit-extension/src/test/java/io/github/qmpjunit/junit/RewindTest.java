package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.qtest.Qtest;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A shared machine goes back to where it was when its first test began. */
class RewindTest {

    private static final Queue<Long> PIDS = new ConcurrentLinkedQueue<>();
    private static final long PREPARED = 0x200000;
    private static final long SCRATCH = 0x200001;

    @QemuTest
    @Vm(machine = "q35", paused = true, qtest = true, scope = Scope.CLASS, reset = Reset.SNAPSHOT)
    static class Rewound {

        @BeforeAll
        static void prepare(Qtest qtest) {
            qtest.writeb(PREPARED, 42);
        }

        @RepeatedTest(3)
        void finds_what_BeforeAll_has_left_and_nothing_of_other_tests(QemuMachine vm, Qtest qtest) {
            PIDS.add(vm.pid());
            assertThat(qtest.readb(PREPARED)).isEqualTo(42);
            assertThat(qtest.readb(SCRATCH)).isZero();
            qtest.writeb(SCRATCH, 1);
        }
    }

    @Test
    void the_machine_of_a_class_is_rewound_to_where_BeforeAll_has_left_it() {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Rewound.class))
                .execute()
                .testEvents()
                .assertStatistics(statistics -> statistics.succeeded(3).failed(0));

        assertThat(PIDS).hasSize(3);
        assertThat(Set.copyOf(PIDS)).as("one process, no reboot").hasSize(1);
    }
}
