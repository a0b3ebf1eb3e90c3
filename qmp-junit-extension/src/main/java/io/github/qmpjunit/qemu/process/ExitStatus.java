package io.github.qmpjunit.qemu.process;

import java.util.Map;
import java.util.OptionalInt;
import org.apiguardian.api.API;

/**
 * How a process ended: by itself with an exit code, or by a signal.
 *
 * <p>Java merges the two (128 plus the signal's number). QEMU exits with a code above 128 only if its guest can choose the
 * code, through {@code isa-debug-exit} or semihosting. With one of these on the command line, every number counts as a code; otherwise a number above 128 counts as a signal. Behind a launch prefix this is the prefix's status: most prefixes pass QEMU's on, and {@code ssh} uses 255 for its own errors.
 *
 * @param number the code, or the signal's number
 * @param isSignal whether it is a signal's number
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record ExitStatus(int number, boolean isSignal) {

    private static final int SIGNAL_BASE = 128;
    private static final int HIGHEST_SIGNAL = 64;
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "SIGHUP"),
            Map.entry(2, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL"),
            Map.entry(5, "SIGTRAP"),
            Map.entry(6, "SIGABRT"),
            Map.entry(8, "SIGFPE"),
            Map.entry(9, "SIGKILL"),
            Map.entry(11, "SIGSEGV"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(15, "SIGTERM"));

    /**
     * Interpret the exit value that Java reports.
     *
     * @param javaExitValue the exit value
     * @param guestMayChooseTheCode whether every value is an exit code, since the guest can choose it
     * @return how the process ended
     */
    public static ExitStatus of(int javaExitValue, boolean guestMayChooseTheCode) {
        boolean maySignal = javaExitValue > SIGNAL_BASE && javaExitValue <= SIGNAL_BASE + HIGHEST_SIGNAL;
        return maySignal && !guestMayChooseTheCode
                ? new ExitStatus(javaExitValue - SIGNAL_BASE, true)
                : new ExitStatus(javaExitValue, false);
    }

    /** {@return whether the process ended by itself, and with code 0} */
    public boolean isSuccess() {
        return !isSignal && number == 0;
    }

    /** {@return the code, if the process ended by itself} */
    public OptionalInt code() {
        return isSignal ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** {@return the signal's number, if one ended the process} */
    public OptionalInt signal() {
        return isSignal ? OptionalInt.of(number) : OptionalInt.empty();
    }

    /** {@return a description, in words that follow the process's name: {@code exited with status 1}} */
    @Override
    public String toString() {
        return isSignal
                ? "was ended by signal %s (%s)".formatted(number, SIGNALS.getOrDefault(number, "unnamed"))
                : "exited with status " + number;
    }
}
