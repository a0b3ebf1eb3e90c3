package io.github.qmpjunit.chaos;

import static io.github.qmpjunit.qmp.EventMatcher.event;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.process.StopLimits;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpTimeoutException;
import java.time.Duration;
import java.util.Optional;

/** What a test does with a machine, from its start to its stop; whatever becomes of the machine meanwhile. */
final class Life implements Runnable {

    enum Phase {
        START,
        COMMAND,
        AWAIT,
        STOP,
        OVER
    }

    private static final StopLimits LIMITS =
            new StopLimits(Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofSeconds(10));

    private final QemuMachineBuilder definition;
    private volatile Phase phase = Phase.START;
    private volatile Optional<Throwable> unexpected = Optional.empty();

    /**
     * @param hardware whether it has a PC, a console and a qtest connection, or no machine at all
     */
    Life(boolean hardware) {
        definition = QemuMachine.builder().stopLimits(LIMITS).startTimeout(Duration.ofSeconds(4));
        if (hardware) {
            definition.machine("q35").paused().console("serial").qtest();
        }
    }

    QemuMachineBuilder definition() {
        return definition;
    }

    Phase phase() {
        return phase;
    }

    /** Return what was thrown, if it was none of our own exceptions. */
    Optional<Throwable> unexpected() {
        return unexpected;
    }

    private static QmpCommand command(String name) {
        return QmpCommand.of(name).withTimeout(Duration.ofSeconds(2));
    }

    private static void waitInVain(QemuMachine vm) {
        try {
            vm.qmp().events().next(event("NEVER"), Duration.ofMillis(30));
        } catch (QmpTimeoutException e) {
            // As it should be.
        }
    }

    @Override
    public void run() {
        try (QemuMachine vm = definition.start()) {
            phase = Phase.COMMAND;
            for (int i = 0; i < 20; i++) {
                vm.qmp().execute(command("query-qmp-schema"));
            }
            phase = Phase.AWAIT;
            vm.qmp().execute(command("cont"));
            vm.qmp().execute(command("stop"));
            vm.qmp().events().next(event("STOP"), Duration.ofSeconds(2));
            waitInVain(vm);
            phase = Phase.STOP;
        } catch (QmpException | QemuException e) {
            // Something happened to the machine, and the test was told.
        } catch (Throwable e) { // reported by who has started this life
            unexpected = Optional.of(e);
        } finally {
            phase = Phase.OVER;
        }
    }
}
