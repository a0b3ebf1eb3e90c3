package io.github.qmpjunit.qemu.state;

import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.OutputMark;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.process.QemuOutputException;
import java.time.Duration;
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
 * QEMU's {@linkplain MonitoredProcess#stdout standard output}. So this class reads that output, up to the line that a second command prints.
 * Thread-safe; one command at a time.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QemuIo {

    /** Commands that report success; the others print nothing, or only later. */
    private static final Set<String> TELL = Set.of("read", "write", "discard", "readv", "writev");

    private static final Pattern SUCCESS =
            Pattern.compile("(?:(?:read|wrote|discard) (\\d+)/\\1 bytes at offset \\d+|[\\d.]+ \\w+, \\d+ ops; .*)");

    /** QEMU has written it when the monitor answers; it only has to be read. */
    private static final Duration END_MARK_LIMIT = Duration.ofSeconds(30);

    private final MonitoredProcess machine;
    private final ReentrantLock one = new ReentrantLock();
    private int commands;

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
        String printed = printedBy(target, command);
        String complaint = printed.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !SUCCESS.matcher(line).matches())
                .collect(Collectors.joining("\n"));
        if (!complaint.isEmpty()) {
            throw failure(target, command, complaint);
        }
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

    /** Execute a command, and return what it has printed: all of it, since QEMU prints the end mark after it. */
    private String printedBy(String target, String command) {
        one.lock();
        try {
            OutputMark before = machine.stdout().mark();
            begin(target, command);
            String end = "qmp-junit-" + ++commands;
            begin(target, "help " + end);
            return machine.stdout().awaitTextSince(before, "command %s not found".formatted(end), END_MARK_LIMIT);
        } catch (QemuOutputException e) {
            throw failure(target, command, String.valueOf(e.getMessage()));
        } finally {
            one.unlock();
        }
    }

    /**
     * Execute a command that reports nothing, or will only report later.
     *
     * @param target a block node, or {@code -d} and a device's id
     * @param command the command with its arguments
     * @throws QemuException if the monitor cannot execute it
     */
    public void begin(String target, String command) {
        String answer = machine.qmp()
                .execute(
                        "human-monitor-command", Map.of("command-line", "qemu-io %s \"%s\"".formatted(target, command)))
                .asString();
        if (!answer.isBlank()) {
            throw failure(target, command, answer.strip());
        }
    }

    private QemuException failure(String target, String command, String why) {
        return new QemuException(
                "qemu-io %s \"%s\" failed on machine \"%s\": %s".formatted(target, command, machine.name(), why), null);
    }
}
