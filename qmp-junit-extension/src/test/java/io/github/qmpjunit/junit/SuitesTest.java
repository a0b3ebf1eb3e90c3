package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.qmpjunit.qemu.QemuMachine;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.platform.suite.api.SelectClasses;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A machine of the run is one for a launch, over all of its suites. */
class SuitesTest {

    @QemuTest
    @Vm(
            scope = Scope.RUN,
            args = {"-name", "suites"})
    static class Member {

        @RepeatedTest(2)
        void test(QemuMachine vm) {
            assertThat(vm.isRunning()).isTrue();
            Runs.see("suites", vm);
        }
    }

    @Suite
    @SelectClasses(Member.class)
    static class First {}

    @Suite
    @SelectClasses(Member.class)
    static class Second {}

    @Test
    void suites_of_one_launch_share_the_machine_of_the_run() {
        EngineTestKit.engine("junit-platform-suite")
                .selectors(selectClass(First.class), selectClass(Second.class))
                .configurationParameter(ConfigurationKeys.REPORT, "never")
                .execute()
                .testEvents()
                .assertStatistics(statistics -> statistics.started(4).succeeded(4));

        assertThat(Runs.machines("suites")).hasSize(4).noneMatch(QemuMachine::isRunning);
        assertThat(Set.copyOf(Runs.machines("suites"))).hasSize(1);
    }
}
