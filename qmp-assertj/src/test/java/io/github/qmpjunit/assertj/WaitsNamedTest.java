package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.Waiting;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a test waits for is what it asked for, never a command of the library's own. */
class WaitsNamedTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final ScriptedVm vm = new ScriptedVm();

    @AfterEach
    void close() {
        vm.close();
    }

    interface Wait {
        void on(ScriptedVm vm);
    }

    static Stream<Arguments> waits() {
        return Stream.of(
                Arguments.of("query-qmp-schema", "STOP with data a = 1", (Wait)
                        vm -> assertThat(vm.qmp).within(LONG).awaitEvent("STOP").withData("a", 1)),
                Arguments.of("query-jobs", "job \"job0\" to succeed", (Wait)
                        vm -> assertThat(vm.qmp).within(LONG).job("job0").succeeds()),
                Arguments.of("query-x", "a reply to query-x with a = 1", (Wait) vm ->
                        assertThat(vm.qmp).within(LONG).awaitReply("query-x").with("a", 1)),
                Arguments.of("query-jobs", "the end of all jobs", (Wait)
                        vm -> assertThat(vm.qmp).within(LONG).awaitNoJobs()));
    }

    @ParameterizedTest
    @MethodSource("waits")
    void a_wait_says_what_the_test_asked_for(String ownCommand, String expected, Wait wait)
            throws InterruptedException {
        AtomicReference<Optional<String>> heard = new AtomicReference<>(Optional.empty());
        Thread[] test = new Thread[1];
        vm.sends("STOP", Map.of());
        vm.server.whenExecuted(ownCommand).does(command -> {
            heard.set(Waiting.of(test[0]));
            vm.server.connection().disconnect();
        });
        test[0] = new Thread(() -> {
            try {
                wait.on(vm);
            } catch (AssertionError e) {
                // The connection has ended, which ends the wait.
            }
        });

        test[0].start();
        test[0].join(LONG.toMillis());

        assertThat(heard.get().orElse("")).startsWith(expected + ", for ");
    }
}
