package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.guest.GuestAgent;
import io.github.qmpjunit.qemu.guest.GuestAgentException;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.qtest.Qtest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What is injected, and where. */
class InjectionTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private static List<String> names(List<QmpEvent> events) {
        return events.stream().map(QmpEvent::name).toList();
    }

    @QemuTest
    @Vm(machine = "pc", paused = true)
    static class EveryTypeInATest {

        private final List<Object> ofConstructor;

        EveryTypeInATest(QemuMachine vm, QmpClient qmp, SerialConsole console, Qtest qtest, StorageDaemon daemon) {
            ofConstructor = List.of(vm, qmp, console, qtest, daemon);
        }

        private void assertSame(Object... parts) {
            assertThat(ofConstructor)
                    .usingElementComparator((a, b) -> a == b ? 0 : 1)
                    .containsExactly(parts);
        }

        @BeforeEach
        void before(QemuMachine vm, QmpClient qmp, SerialConsole console, Qtest qtest, StorageDaemon daemon) {
            assertSame(vm, qmp, console, qtest, daemon);
        }

        @AfterEach
        void after(QemuMachine vm, QmpClient qmp, SerialConsole console, Qtest qtest, StorageDaemon daemon) {
            assertSame(vm, qmp, console, qtest, daemon);
            assertThat(vm.isRunning()).isTrue();
            assertThat(daemon.isRunning()).isTrue();
        }

        @Test
        void test(QemuMachine vm, QmpClient qmp, SerialConsole console, Qtest qtest, StorageDaemon daemon) {
            assertSame(vm, qmp, console, qtest, daemon);
            assertThat(qmp).isSameAs(vm.qmp());
            assertThat(console).isSameAs(vm.console());
            assertThat(qtest).isSameAs(vm.qtest());
            assertThat(daemon.qmp().execute("query-named-block-nodes")).isEmpty();
            Runs.see("every type", vm);
        }
    }

    @Test
    void every_type_is_injected_into_constructors_lifecycle_methods_and_tests() {
        Runs.runWell(EveryTypeInATest.class);

        assertThat(Runs.machines("every type")).singleElement().matches(vm -> !vm.isRunning());
    }

    @QemuTest
    @Vm(machine = "pc", paused = true, console = "serial0", qtest = true, scope = Scope.CLASS)
    static class EveryTypeShared {

        private static List<Object> ofBeforeAll;

        private static void assertSame(Object... parts) {
            assertThat(ofBeforeAll)
                    .usingElementComparator((a, b) -> a == b ? 0 : 1)
                    .containsExactly(parts);
        }

        @BeforeAll
        static void before(QemuMachine vm, QmpClient qmp, SerialConsole console, Qtest qtest) {
            ofBeforeAll = List.of(vm, qmp, console, qtest);
        }

        @AfterAll
        static void after(QemuMachine vm, QmpClient qmp, SerialConsole console, Qtest qtest) {
            assertSame(vm, qmp, console, qtest);
            assertThat(vm.isRunning()).isTrue();
            Runs.see("every type shared", vm);
        }

        EveryTypeShared(QemuMachine vm, QmpClient qmp, SerialConsole console, Qtest qtest) {
            assertSame(vm, qmp, console, qtest);
        }

        @Test
        void one(QemuMachine vm, QmpClient qmp, SerialConsole console, Qtest qtest) {
            assertSame(vm, qmp, console, qtest);
        }

        @Test
        void other(QemuMachine vm, QmpClient qmp, SerialConsole console, Qtest qtest) {
            assertSame(vm, qmp, console, qtest);
        }
    }

    @Test
    void what_is_shared_is_injected_into_BeforeAll_and_AfterAll_too() {
        Runs.runWell(EveryTypeShared.class);

        assertThat(Runs.machines("every type shared")).singleElement().matches(vm -> !vm.isRunning());
    }

    static class BaseWithFields {

        @Vm
        private QmpClient inherited;

        @Vm
        protected static QmpClient inheritedStatic;

        QmpClient inherited() {
            return inherited;
        }
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class Fields extends BaseWithFields {

        @Vm
        static QemuMachine shared;

        @Vm
        private QemuMachine own;

        @Listen({"STOP", "RESUME"})
        QmpEventListener some;

        @Vm
        QmpEventListener all;

        @Vm
        StorageDaemon daemon;

        @BeforeAll
        static void before(QemuMachine vm) {
            assertThat(shared).isSameAs(vm);
        }

        @BeforeEach
        void fieldsAreThere() {
            assertThat(own).isSameAs(shared);
            assertThat(inherited()).isSameAs(own.qmp());
            assertThat(inheritedStatic).isSameAs(own.qmp());
            assertThat(some.history()).isEmpty();
            assertThat(daemon.isRunning()).isTrue();
        }

        @Test
        void once(QmpClient qmp) {
            listenersHearWhatTheyAreFor(qmp);
        }

        private void listenersHearWhatTheyAreFor(QmpClient qmp) {
            qmp.execute("stop");
            qmp.execute("cont");
            qmp.execute("system_reset");
            all.next(io.github.qmpjunit.qmp.EventMatcher.event("RESET"), SOON);
            assertThat(names(some.history())).startsWith("STOP", "RESUME").doesNotContain("RESET");
            assertThat(names(all.history())).contains("STOP", "RESUME", "RESET");
        }

        @Test
        void again(QmpClient qmp) {
            listenersHearWhatTheyAreFor(qmp);
        }

        @Nested
        class Inner extends BaseWithFields {

            @Vm
            QmpClient mine;

            @Test
            void has_its_own_fields_and_those_of_the_enclosing_instance(QmpClient qmp) {
                assertThat(mine).isSameAs(qmp).isSameAs(inherited());
                assertThat(own.qmp()).isSameAs(mine);
                assertThat(Fields.this.inherited()).isSameAs(mine);
                assertThat(some.isEmpty()).isTrue();
            }
        }
    }

    @Test
    void fields_are_filled_private_inherited_static_and_enclosing_ones() {
        Runs.runWell(Fields.class);
    }

    @QemuTest
    @Vm("own")
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class OneInstance {

        @Vm("own")
        QemuMachine vm;

        @Vm("own")
        @Listen
        QmpEventListener listener;

        @Vm(value = "shared", scope = Scope.CLASS)
        QemuMachine shared;

        private final QemuMachine sharedOfConstructor;

        OneInstance(@Vm("shared") QemuMachine shared) {
            sharedOfConstructor = shared;
        }

        @BeforeAll
        void before() {
            assertThat(shared).isSameAs(sharedOfConstructor);
            assertThat(vm).isNull();
        }

        @Test
        void one(@Vm("own") QemuMachine parameter) {
            see(parameter);
        }

        @Test
        void other(@Vm("own") QemuMachine parameter) {
            see(parameter);
        }

        private void see(QemuMachine parameter) {
            assertThat(vm).isSameAs(parameter);
            assertThat(vm.isRunning()).isTrue();
            assertThat(shared).isSameAs(sharedOfConstructor).isNotSameAs(vm);
            Runs.see("one instance", vm);
            Runs.see("one instance's listeners", listener);
        }

        @Nested
        @TestInstance(TestInstance.Lifecycle.PER_CLASS)
        class Inner {

            @Test
            void test(@Vm("own") QemuMachine parameter) {
                see(parameter);
            }
        }
    }

    @Test
    void with_one_instance_per_class_fields_are_set_anew_for_each_test() {
        Runs.runWell(OneInstance.class);

        assertThat(Runs.seen("one instance")).hasSize(3).doesNotHaveDuplicates();
        assertThat(Runs.seen("one instance's listeners")).hasSize(3).doesNotHaveDuplicates();
    }

    /** A peer that sends an event before anybody can have said a word to it. */
    static class Hasty implements VmFactory {

        private static final String SCRIPT = """
                echo '{"QMP": {"version": {"qemu": {"major": 9, "minor": 0, "micro": 0}, "package": ""}, "capabilities": []}}'
                echo '{"event": "RESUME", "timestamp": {"seconds": 1, "microseconds": 0}}'
                while read -r line; do
                  id=$(printf '%s' "$line" | sed 's/.*"id" *: *\\("[^"]*"\\|-*[0-9]*\\).*/\\1/')
                  echo "{\\"return\\": {}, \\"id\\": $id}"
                  case $line in *'"quit"'*) exit 0;; esac
                done""";

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            vm.prefix(LaunchPrefix.remote("sh", "-c", SCRIPT, "sh"));
        }
    }

    @QemuTest
    @Vm(factory = Hasty.class)
    static class ArmedBefore {

        @Listen("RESUME")
        QmpEventListener field;

        @Test
        void test(
                @Listen({"STOP", "RESUME"}) QmpEventListener some,
                QmpEventListener all,
                @Listen("STOP") QmpEventListener no) {
            for (QmpEventListener listener : List.of(field, some, all)) {
                assertThat(listener.next(SOON).name()).isEqualTo("RESUME");
            }
            assertThat(no.history()).isEmpty();
        }
    }

    @Test
    void listeners_hear_the_very_first_event() {
        Runs.runWell(ArmedBefore.class);
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class ListeningToAShared {

        private static final List<QmpEventListener> GONE = new ArrayList<>();

        @Test
        void one(QmpClient qmp, @Listen("STOP") QmpEventListener stops) {
            hears_only_this_tests_events(qmp, stops);
        }

        @Test
        void other(QmpClient qmp, @Listen("STOP") QmpEventListener stops) {
            hears_only_this_tests_events(qmp, stops);
        }

        private static void hears_only_this_tests_events(QmpClient qmp, QmpEventListener stops) {
            qmp.execute("stop");
            qmp.execute("cont");
            assertThat(names(stops.history())).containsExactly("STOP");
            for (QmpEventListener gone : GONE) {
                assertThat(gone.history()).as("it was removed").hasSize(1);
            }
            GONE.add(stops);
        }
    }

    @Test
    void on_a_shared_machine_a_listener_hears_its_own_test_only() {
        Runs.runWell(ListeningToAShared.class);
    }

    @QemuTest
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class StaticFieldOfWhatDies {

        @Vm(scope = Scope.CLASS)
        static QemuMachine vm;

        @Test
        @Order(1)
        void dies() {
            Runs.see("static", vm);
            vm.kill();
        }

        @Test
        @Order(2)
        void is_there_again() {
            Runs.see("static", vm);
            assertThat(vm.isRunning()).isTrue();
        }
    }

    @Test
    void a_static_field_follows_a_shared_machine_that_is_started_anew() {
        Runs.runWell(StaticFieldOfWhatDies.class);

        assertThat(Runs.seen("static")).hasSize(2).doesNotHaveDuplicates();
    }

    @QemuTest
    @Vm(scope = Scope.CLASS)
    static class StaticFieldBesideAnotherMachine {

        @Vm
        static QemuMachine shared;

        @Test
        @Vm(machine = "pc", paused = true)
        void own(QemuMachine vm) {
            assertThat(vm).isNotSameAs(shared);
            assertThat(Runs.typeOf(shared)).isEqualTo("none");
        }

        @Nested
        @Vm("a")
        @Vm("b")
        class Inner {

            @Test
            void test(@Vm("a") QemuMachine a) {
                assertThat(a).isNotSameAs(shared);
                assertThat(shared.isRunning()).isTrue();
            }
        }
    }

    @Test
    void a_static_field_stays_as_it_is_where_a_test_means_another_machine() {
        Runs.runWell(StaticFieldBesideAnotherMachine.class);
    }

    static class Counting implements VmFactory {

        @Override
        public void define(QemuMachineBuilder vm, ExtensionContext context) {
            Runs.see("defined", context.getDisplayName());
        }
    }

    @QemuTest
    @Vm(factory = Counting.class)
    static class DisabledTests {

        @Vm
        QemuMachine vm;

        @Test
        @Disabled("to see that nothing starts")
        void test(QmpClient qmp) {}

        @Test
        void nothing_is_asked_for_by_name() {
            assertThat(vm.isRunning()).isTrue();
        }
    }

    @Test
    void a_disabled_test_starts_nothing() {
        Runs.run(DisabledTests.class)
                .testEvents()
                .assertStatistics(statistics -> statistics.succeeded(1).skipped(1));

        assertThat(Runs.seen("defined")).containsExactly("nothing_is_asked_for_by_name()");
    }

    @QemuTest
    @Vm(machine = "pc", paused = true)
    static class WithAGuestAgent {

        @Vm
        GuestAgent field;

        @Test
        void test(GuestAgent agent, QemuMachine vm) {
            assertThat(agent).isSameAs(field).isSameAs(vm.guestAgent());
            assertThat(vm.commandLine()).anyMatch(argument -> argument.contains("org.qemu.guest_agent.0"));
            assertThatThrownBy(() -> agent.awaitReady(Duration.ofMillis(10)))
                    .isInstanceOf(GuestAgentException.class)
                    .hasMessageContaining("The machine does not run");
        }
    }

    @QemuTest
    @Vm(machine = "pc", paused = true, guestAgent = true, scope = Scope.CLASS)
    static class WithASharedGuestAgent {

        @BeforeAll
        static void before(GuestAgent agent) {
            Runs.see("guest agents", agent);
        }

        @Test
        void test(GuestAgent agent) {
            Runs.see("guest agents", agent);
        }
    }

    @QemuTest
    @Vm(machine = "pc", paused = true, scope = Scope.CLASS)
    static class WithoutThePortForAGuestAgent {

        @Test
        void test(GuestAgent agent) {}
    }

    @Test
    void a_guest_agent_brings_its_port_along_but_to_a_shared_machine() {
        Runs.runWell(WithAGuestAgent.class);
        Runs.runWell(WithASharedGuestAgent.class);
        assertThat(Runs.seen("guest agents")).hasSize(2);
        assertThat(Runs.seen("guest agents").get(0))
                .isSameAs(Runs.seen("guest agents").get(1));
        assertThat(Runs.onlyFailureOf(WithoutThePortForAGuestAgent.class))
                .hasMessageContaining("Cannot inject a GuestAgent into ")
                .hasMessageContaining("guestAgent = true");
    }
}
