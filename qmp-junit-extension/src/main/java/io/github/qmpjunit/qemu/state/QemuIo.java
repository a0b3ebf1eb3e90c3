package io.github.qmpjunit.qemu.state;

import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.QemuException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * Reads and writes the disks of a machine from inside QEMU, without a guest: {@code qemu-io} in the human monitor.
 *
 * <pre>{@code
 * vm.qemuIo(target, "write -P %s %s %s".formatted(PATTERN, offset, length));
 * }</pre>
 *
 * <p>The monitor does not say whether a command of {@code qemu-io} succeeded: its answer is always empty, and errors are written to
 * QEMU's standard output. So this class reads that output. Thread-safe; one command at a time.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QemuIo {

    /** Commands that report success; the others print nothing, or only later. */
    private static final Set<String> TELL = Set.of("read", "write", "discard", "readv", "writev");

    private static final Pattern SUCCESS =
            Pattern.compile("(?:(?:read|wrote|discard) (\\d+)/\\1 bytes at offset \\d+|[\\d.]+ \\w+, \\d+ ops; .*)");

    private final MonitoredProcess machine;
    private final ReentrantLock one = new ReentrantLock();

    /**
     * Use {@code qemu-io} in a machine.
     *
     * @param machine the machine
     */
    public QemuIo(MonitoredProcess machine) {
        this.machine = machine;
    }

    /**
     * Execute a command and make sure that it succeeds.
     *
     * @param target a block node, or {@code -d} and a device's id
     * @param command {@code read}, {@code write}, {@code discard}, {@code readv} or {@code writev} with its arguments, without {@code -q}
     * @return what the command printed
     * @throws IllegalArgumentException if it is another command, since only these report success
     * @throws QemuException if the command fails, in qemu-io's words, or QEMU runs on another host
     */
    public String execute(String target, String command) {
        requireThatItTells(command);
        if (machine.launchPrefix().isRemote()) {
            throw failure(target, command, "it runs behind \"" + machine.launchPrefix() + "\", out of sight");
        }
        String printed = begin(target, command, SUCCESS);
        if (!SUCCESS.matcher(printed.lines().findFirst().orElse("")).matches()) {
            throw failure(target, command, printed.isBlank() ? "it printed nothing" : printed.strip());
        }
        return printed;
    }

    private static void requireThatItTells(String command) {
        List<String> words = List.of(command.strip().split("\\s+"));
        if (!TELL.contains(words.get(0)) || words.contains("-q")) {
            throw new IllegalArgumentException("Only %s without -q report whether they succeed, \"%s\" does not"
                    .formatted(TELL.stream().sorted().collect(Collectors.joining(", ")), command));
        }
    }

    /**
     * Execute a command that may succeed later or print nothing.
     *
     * @param target a block node, or {@code -d} and a device's id
     * @param command the command with its arguments
     * @param expected matches the lines that it may print
     * @return what it has printed so far; empty if QEMU runs on another host
     * @throws QemuException if it cannot be executed, or has already failed
     */
    public String begin(String target, String command, Pattern expected) {
        one.lock();
        try {
            String before = standardOutput();
            String answer = machine.qmp()
                    .execute(
                            "human-monitor-command",
                            Map.of("command-line", "qemu-io %s \"%s\"".formatted(target, command)))
                    .asString();
            String printed = standardOutput().substring(before.length());
            String complaint = (answer + printed)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !expected.matcher(line).matches())
                    .collect(Collectors.joining("\n"));
            if (!complaint.isEmpty()) {
                throw failure(target, command, complaint);
            }
            return printed;
        } catch (IOException e) {
            throw new QemuException(
                    "Cannot read the standard output of machine \"%s\": %s".formatted(machine.name(), e), e);
        } finally {
            one.unlock();
        }
    }

    /** QEMU writes it line by line, so it is complete when the monitor answers. */
    private String standardOutput() throws IOException {
        Path file = machine.directory().resolve("stdout");
        return machine.launchPrefix().isRemote() || !Files.exists(file)
                ? ""
                : Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    private QemuException failure(String target, String command, String why) {
        return new QemuException(
                "qemu-io %s \"%s\" failed on machine \"%s\": %s".formatted(target, command, machine.name(), why), null);
    }
}
