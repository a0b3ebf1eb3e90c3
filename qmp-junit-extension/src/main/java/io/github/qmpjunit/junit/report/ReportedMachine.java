package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.guest.Screen;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.process.OutputLog;
import io.github.qmpjunit.qemu.process.QemuStartException;
import io.github.qmpjunit.qemu.process.StartAttempt;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpState;
import io.github.qmpjunit.qmp.QmpStateException;
import io.github.qmpjunit.qmp.QmpTranscript;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apiguardian.api.API;

/**
 * A machine or a storage daemon that a report shows: one that runs, one that has died, or what is left of one that did not start.
 *
 * <p>It has a transcript if its definition asked for {@code recording()}. Immutable.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class ReportedMachine {

    private static final List<String> BLOCK_QUERIES =
            List.of("query-jobs", "query-block-jobs", "query-named-block-nodes");
    private static final List<String> MACHINE_QUERIES =
            List.of("query-status", "query-jobs", "query-block-jobs", "query-named-block-nodes");

    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    private final String name;
    private final List<String> commandLine;
    private final Optional<String> shellCommand;
    private final Surroundings surroundings;
    private final Optional<OutputLog> stderr;
    private final Map<String, OutputLog> consoles;
    private final Optional<QmpTranscript> transcript;
    private final Supplier<String> state;
    private final Runnable describe;
    private final BooleanSupplier running;
    private final Optional<Live> live;

    /**
     * What can be asked while it runs.
     *
     * @param queries the commands that tell its state
     */
    record Live(QmpClient qmp, List<String> queries, Optional<Supplier<Screen>> screen) {}

    ReportedMachine(
            String name,
            List<String> commandLine,
            Optional<String> shellCommand,
            Surroundings surroundings,
            Optional<OutputLog> stderr,
            Map<String, OutputLog> consoles,
            Optional<QmpTranscript> transcript,
            Supplier<String> state,
            Runnable describe,
            BooleanSupplier running,
            Optional<Live> live) {
        this.name = name;
        this.commandLine = commandLine;
        this.shellCommand = shellCommand;
        this.surroundings = surroundings;
        this.stderr = stderr;
        this.consoles = consoles;
        this.transcript = transcript;
        this.state = state;
        this.describe = describe;
        this.running = running;
        this.live = live;
    }

    /**
     * Report a machine, whether it runs or has died.
     *
     * @param vm the machine, not closed yet
     * @return what the report needs of it
     */
    public static ReportedMachine of(QemuMachine vm) {
        Map<String, OutputLog> consoles = new LinkedHashMap<>();
        for (SerialConsole console : vm.consoles().values()) {
            consoles.put(console.name(), console.output());
        }
        return new ReportedMachine(
                vm.name(),
                vm.commandLine(),
                Optional.of(vm.shellCommand()),
                Surroundings.of(vm.environment(), vm.workingDirectory()),
                Optional.of(vm.stderr()),
                consoles,
                vm.transcript(),
                vm::toString,
                vm::describe,
                vm::isRunning,
                Optional.of(new Live(vm.qmp(), MACHINE_QUERIES, Optional.of(vm::screen))));
    }

    /**
     * Report a storage daemon, whether it runs or has died.
     *
     * @param daemon the daemon, not closed yet
     * @return what the report needs of it
     */
    public static ReportedMachine of(StorageDaemon daemon) {
        return new ReportedMachine(
                daemon.name(),
                daemon.commandLine(),
                Optional.empty(),
                Surroundings.NONE,
                Optional.of(daemon.stderr()),
                Map.of(),
                daemon.transcript(),
                daemon::toString,
                daemon::describe,
                daemon::isRunning,
                Optional.of(new Live(daemon.qmp(), BLOCK_QUERIES, Optional.empty())));
    }

    /**
     * Report a machine that did not start.
     *
     * @param name its name
     * @param failure why it did not; a {@link QemuStartException} has more to tell than others
     * @return what the report needs of it
     */
    public static ReportedMachine ofFailedStart(String name, Throwable failure) {
        Optional<StartAttempt> attempt =
                failure instanceof QemuStartException start ? start.attempt() : Optional.empty();
        String end = attempt.flatMap(StartAttempt::exitStatus)
                .map(status -> " " + status)
                .orElse(" did not start");
        return new ReportedMachine(
                name,
                attempt.map(StartAttempt::commandLine).orElse(List.of()),
                Optional.empty(),
                Surroundings.NONE,
                attempt.flatMap(StartAttempt::stderr),
                Map.of(),
                attempt.flatMap(StartAttempt::transcript),
                () -> "QEMU \"%s\"%s".formatted(name, end),
                () -> {},
                () -> false,
                Optional.empty());
    }

    String name() {
        return name;
    }

    List<String> commandLine() {
        return commandLine;
    }

    /** Return the command line for a shell, with its environment and what was put before QEMU. */
    Optional<String> shellCommand() {
        return shellCommand;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    Optional<OutputLog> stderr() {
        return stderr;
    }

    Map<String, OutputLog> consoles() {
        return consoles;
    }

    Optional<QmpTranscript> transcript() {
        return transcript;
    }

    /** Return what the greeting said; asks nothing. */
    Optional<String> version() {
        try {
            return live.map(open -> open.qmp().greeting().version().toString());
        } catch (QmpStateException e) {
            return Optional.empty();
        }
    }

    String state() {
        return state.get();
    }

    /** Wait until what a dead process has left behind has arrived, for it may be dead some moments before. */
    void settle() {
        if (!isRunning()) {
            describe.run();
            live.map(Live::qmp).filter(qmp -> qmp.state() == QmpState.RUNNING).ifPresent(qmp -> {
                try {
                    qmp.awaitState(QmpState.DISCONNECTING, LAST_WORDS);
                } catch (QmpException e) {
                    // Its transcript ends without the end.
                }
            });
        }
    }

    boolean isRunning() {
        return running.getAsBoolean();
    }

    Optional<Live> live() {
        return live;
    }
}
