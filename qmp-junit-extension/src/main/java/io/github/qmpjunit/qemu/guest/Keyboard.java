package io.github.qmpjunit.qemu.guest;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * The keyboard of a machine: presses keys as a person would.
 *
 * <pre>{@code
 * vm.keyboard().withHoldTime(Duration.ofMillis(60)).type("echo Hello, $((1 + 1)) of you! >/dev/ttyS0\n");
 *
 * assertThat(console).within(BOOT).awaitText("Hello, 2 of you!");
 * }</pre>
 *
 * <p>Keys have QEMU's names for them ({@code QKeyCode}: {@code a}, {@code ret}, {@code spc}, {@code ctrl}, {@code f1}, {@code
 * kp_enter}). The guest decides what they mean; {@link #type} assumes a US keyboard layout. A busy guest
 * reads its keyboard late, and the keyboard buffers only a few keys: if keys get lost, hold them longer. Immutable.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Keyboard {

    private static final Duration HOLD_TIME = Duration.ofMillis(20);

    private final QmpClient qmp;
    private final Duration holdTime;

    /**
     * Type on the keyboard of a machine.
     *
     * @param qmp the client of the machine's monitor
     */
    public Keyboard(QmpClient qmp) {
        this(qmp, HOLD_TIME);
    }

    private Keyboard(QmpClient qmp, Duration holdTime) {
        this.qmp = qmp;
        this.holdTime = holdTime;
    }

    /**
     * Return the keyboard with another speed. Default: 20 ms.
     *
     * @param time how long a key is held, and how long the pause before the next key is
     * @return another keyboard for the same machine
     * @throws IllegalArgumentException if it is less than a millisecond
     */
    public Keyboard withHoldTime(Duration time) {
        if (time.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "Cannot hold a key for %s; QEMU counts in milliseconds, so hold it for 1 ms at least"
                            .formatted(Deadline.format(time)));
        }
        return new Keyboard(qmp, time);
    }

    /**
     * Type a text on a US keyboard; returns when the last key is up again.
     *
     * @param text printable ASCII characters, tabs, line feeds for Return, {@code \b} for Backspace
     * @throws IllegalArgumentException if there is no key for a character; nothing is typed then
     * @throws QemuException if the machine does not run, so that QEMU would drop the keys
     */
    public void type(String text) {
        List<List<String>> chords = UsLayout.chordsFor(text);
        requireRunning();
        chords.forEach(this::send);
    }

    /**
     * Press keys together; returns when they are up again.
     *
     * @param chord the keys' names, in the order in which they are pressed, such as {@code ctrl-alt-delete} or {@code ret}
     * @throws io.github.qmpjunit.qmp.QmpErrorException if QEMU knows no key of a name; it says which one was probably meant
     * @throws QemuException if the machine does not run, so that QEMU would drop the keys
     */
    public void press(String chord) {
        requireRunning();
        send(Arrays.asList(chord.split("-", -1)));
    }

    /**
     * Press a key and hold it, until {@link #up}.
     *
     * @param key the key's name
     * @throws io.github.qmpjunit.qmp.QmpErrorException if QEMU knows no such key
     * @throws QemuException if the machine does not run, so that QEMU would drop the key
     */
    public void down(String key) {
        requireRunning();
        move(key, true);
    }

    /**
     * Release a key.
     *
     * @param key the key's name
     * @throws io.github.qmpjunit.qmp.QmpErrorException if QEMU knows no such key
     * @throws QemuException if the machine does not run, so that QEMU would drop the key
     */
    public void up(String key) {
        requireRunning();
        move(key, false);
    }

    private void move(String key, boolean down) {
        Map<String, ?> event = Map.of("type", "key", "data", Map.of("down", down, "key", code(key)));
        qmp.execute("input-send-event", Map.of("events", List.of(event)));
    }

    /**
     * Press the keys one after the other, and release them in the opposite order. Not by {@code send-key}: that queues in QEMU, which
     * lags behind on a busy host, and the next {@link #up} would overtake it.
     */
    private void send(List<String> keys) {
        Deque<String> pressed = new ArrayDeque<>();
        boolean held = false;
        try {
            for (String key : keys) {
                pressed.push(key); // QEMU may press it and not get to report it
                move(key, true);
                hold(keys);
            }
            held = true;
        } finally {
            if (!held) {
                releaseAtOnce(pressed);
            }
        }
        try {
            while (!pressed.isEmpty()) {
                move(pressed.element(), false);
                pressed.pop();
                hold(keys);
            }
        } catch (QmpDisconnectedException e) {
            // The keys were pressed and ended the machine, for example one that does not reboot.
        } finally {
            releaseAtOnce(pressed);
        }
    }

    /** Called after another failure, which is reported; works also on an interrupted thread. */
    private void releaseAtOnce(Deque<String> pressed) {
        boolean interrupted = Thread.interrupted();
        try {
            while (!pressed.isEmpty()) {
                release(pressed.pop());
            }
        } catch (QmpException e) {
            // The reason has been reported.
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void release(String key) {
        try {
            move(key, false);
        } catch (QmpErrorException e) {
            // The key does not exist, which has been reported; the other keys are still down.
        }
    }

    private void hold(List<String> keys) {
        try {
            TimeUnit.NANOSECONDS.sleep(holdTime.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QemuException("The thread was interrupted while it pressed " + String.join("-", keys), e);
        }
    }

    private static Map<String, String> code(String key) {
        return Map.of("type", "qcode", "data", key);
    }

    private void requireRunning() {
        JsonNode status = qmp.execute("query-status");
        if (!status.path("running").asBoolean(true)) {
            throw new QemuException(
                    "Cannot press keys of machine \"%s\": its status is \"%s\", and QEMU would drop them. Let it run first, with \"cont\" perhaps"
                            .formatted(qmp.name(), status.path("status").asString("")),
                    null);
        }
    }

    @Override
    public String toString() {
        return "keyboard of QEMU \"%s\"".formatted(qmp.name());
    }
}
