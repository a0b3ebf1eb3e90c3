package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.guest.Screen;
import io.github.qmpjunit.qemu.guest.SerialConsole;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
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

    private final StartedAs start;
    private final Sources sources;
    private final Supplier<String> state;
    private final Optional<Live> live;
    private final List<ReportedScreen> screens;

    /** Where it says something. */
    record Sources(
            Optional<OutputLog> stderr,
            Optional<OutputLog> stdout,
            Map<String, OutputLog> consoles,
            Optional<QmpTranscript> transcript) {

        Said said() {
            Map<String, Said.Output> said = new LinkedHashMap<>();
            consoles.forEach((name, log) -> said.put(name, Said.Output.of(log)));
            return new Said(
                    transcript.map(QmpTranscript::lines),
                    transcript.map(QmpTranscript::dropped).orElse(0L),
                    stderr.map(Said.Output::of).orElse(Said.Output.NONE),
                    stdout.map(Said.Output::of).orElse(Said.Output.NONE),
                    said);
        }
    }

    /**
     * What can be asked while it runs.
     *
     * @param queries the commands that tell its state
     */
    record Live(MonitoredProcess process, List<String> queries, Optional<Supplier<Screen>> screen) {

        QmpClient qmp() {
            return process.qmp();
        }
    }

    /**
     * @param state says whether it runs, or how it ended
     * @param live its process, if there is or was one
     */
    ReportedMachine(StartedAs start, Sources sources, Supplier<String> state, Optional<Live> live) {
        this(start, sources, state, live, List.of());
    }

    private ReportedMachine(
            StartedAs start,
            Sources sources,
            Supplier<String> state,
            Optional<Live> live,
            List<ReportedScreen> screens) {
        this.screens = screens;
        this.start = start;
        this.sources = sources;
        this.state = state;
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
                new StartedAs(
                        vm.name(),
                        vm.commandLine(),
                        Optional.of(vm.shellCommand()),
                        Surroundings.of(vm.environment(), vm.workingDirectory())),
                new Sources(Optional.of(vm.stderr()), Optional.of(vm.stdout()), consoles, vm.transcript()),
                vm::toString,
                Optional.of(new Live(vm, MACHINE_QUERIES, Optional.of(vm::screen))));
    }

    /**
     * Report a storage daemon, whether it runs or has died.
     *
     * @param daemon the daemon, not closed yet
     * @return what the report needs of it
     */
    public static ReportedMachine of(StorageDaemon daemon) {
        return new ReportedMachine(
                new StartedAs(daemon.name(), daemon.commandLine(), Optional.empty(), Surroundings.NONE),
                new Sources(Optional.of(daemon.stderr()), Optional.of(daemon.stdout()), Map.of(), daemon.transcript()),
                daemon::toString,
                Optional.of(new Live(daemon, BLOCK_QUERIES, Optional.empty())));
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
                new StartedAs(
                        name,
                        attempt.map(StartAttempt::commandLine).orElse(List.of()),
                        Optional.empty(),
                        Surroundings.NONE),
                new Sources(
                        attempt.flatMap(StartAttempt::stderr),
                        attempt.flatMap(StartAttempt::stdout),
                        Map.of(),
                        attempt.flatMap(StartAttempt::transcript)),
                () -> "QEMU \"%s\"%s".formatted(name, end),
                Optional.empty());
    }

    /**
     * Return the same with pictures of its screen, taken before.
     *
     * @param taken the pictures, the oldest first
     * @return what the report needs of it
     */
    public ReportedMachine withScreens(List<ReportedScreen> taken) {
        return new ReportedMachine(start, sources, state, live, List.copyOf(taken));
    }

    List<ReportedScreen> screens() {
        return screens;
    }

    String name() {
        return start.name();
    }

    StartedAs start() {
        return start;
    }

    /** Return what it has said so far. */
    Said said() {
        return sources.said();
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
        if (isRunning()) {
            return;
        }
        live.ifPresent(dead -> {
            dead.process().describe();
            if (dead.qmp().state() == QmpState.RUNNING) {
                try {
                    dead.qmp().awaitState(QmpState.DISCONNECTING, LAST_WORDS);
                } catch (QmpException e) {
                    // Its transcript ends without the end.
                }
            }
        });
    }

    boolean isRunning() {
        return live.map(Live::process).filter(MonitoredProcess::isRunning).isPresent();
    }

    Optional<Live> live() {
        return live;
    }
}
