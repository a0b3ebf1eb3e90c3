package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.state.Snapshot;
import io.github.qmpjunit.qmp.QmpException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The states from which the tests of a shared machine begin: one for each class whose own methods have prepared the machine, and a
 * first one for all other classes.
 *
 * <p>A class is known by the unique id of its context. Several ids are those of a class and the classes around it, the innermost first.
 * Guarded by the lock of its {@link SharedMachine}.
 */
@SuppressWarnings("ReferenceEquality") // this very point
final class ResetPoints {

    private static final Logger LOGGER = System.getLogger(ResetPoints.class.getName());

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private record Point(Optional<Snapshot> snapshot, boolean runs) {}

    private final Reset reset;
    private final Map<String, Point> ofClasses = new HashMap<>();
    private final List<Snapshot> outdated = new ArrayList<>();
    private @Nullable Point first;

    /** The class whose methods have prepared the machine since the last point was taken. */
    private @Nullable String preparing;

    /** The classes of the last user. */
    private List<String> current = List.of();

    ResetPoints(Reset reset) {
        this.reset = reset;
    }

    /**
     * Bring the machine to the state in which a class's own method is to find it. If others have used the machine since, that is where
     * the tests of the class around begin.
     *
     * @param machine the machine; null if it has not started
     * @param prepares whether the class's tests begin where the method leaves the machine
     * @return whether the machine could be brought there
     */
    boolean useForMethod(@Nullable QemuMachine machine, List<String> classes, boolean prepares) {
        String own = classes.get(0);
        boolean reached = true;
        if (reset != Reset.NONE && machine != null && !current.isEmpty() && !current.contains(own)) {
            Point taken = takeIfPrepared(machine);
            Point wanted = nearest(classes);
            reached = wanted == null || wanted == taken || goBack(machine, wanted);
        }
        if (prepares) {
            preparing = own;
        }
        current = classes;
        return reached;
    }

    /**
     * Bring the machine to the state from which a test begins.
     *
     * @return whether the machine could be brought there
     */
    boolean useForTest(QemuMachine machine, List<String> classes) {
        current = classes;
        if (reset == Reset.NONE) {
            return true;
        }
        Point taken = takeIfPrepared(machine);
        if (first == null) {
            taken = take(machine);
            first = taken;
        }
        Point wanted = nearest(classes);
        return wanted == null || wanted == taken || goBack(machine, wanted);
    }

    private @Nullable Point takeIfPrepared(QemuMachine machine) {
        String prepared = preparing;
        if (prepared == null) {
            return null;
        }
        Point taken = take(machine);
        preparing = null;
        Point before = ofClasses.put(prepared, taken);
        if (first == null) {
            first = taken;
        } else if (before != null) {
            before.snapshot().ifPresent(outdated::add);
        }
        return taken;
    }

    private Point take(QemuMachine machine) {
        return reset == Reset.SNAPSHOT
                ? new Point(Optional.of(machine.snapshot()), true)
                : new Point(Optional.empty(), MachineReset.runs(machine));
    }

    private @Nullable Point nearest(List<String> classes) {
        for (String id : classes) {
            Point point = ofClasses.get(id);
            if (point != null) {
                return point;
            }
        }
        return first;
    }

    private boolean goBack(QemuMachine machine, Point point) {
        try {
            if (point.snapshot().isPresent()) {
                point.snapshot().get().rewind();
            } else {
                MachineReset.systemReset(machine, point.runs(), TIMEOUT);
            }
            deleteOutdated();
            return true;
        } catch (QemuException | QmpException e) {
            LOGGER.log(
                    Level.WARNING,
                    TerminalText.message(
                            "%s is started again, because its reset (%s) failed".formatted(machine, reset)),
                    e);
            return false;
        }
    }

    private void deleteOutdated() {
        outdated.forEach(Snapshot::delete);
        outdated.clear();
    }

    /** Take note that the machine was restarted: no way leads back to what was before. */
    void machineRestarted() {
        ofClasses.clear();
        outdated.clear();
        first = null;
    }

    /** Take note that no more tests of a class will come. */
    void forget(String ofClass) {
        Point point = ofClasses.remove(ofClass);
        if (point != null && point != first) {
            point.snapshot().ifPresent(outdated::add);
        }
        if (ofClass.equals(preparing)) {
            preparing = null;
        }
    }
}
