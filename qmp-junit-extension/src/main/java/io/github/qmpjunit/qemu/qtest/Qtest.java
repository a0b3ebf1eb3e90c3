package io.github.qmpjunit.qemu.qtest;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * QEMU's qtest protocol: reads and writes the machine's ports and memory without a guest. A test can raise real guest events with it, on
 * an unmodified QEMU: a write to pvpanic's port is a guest panic.
 *
 * <pre>{@code
 * void a_guest_that_panics_is_paused(QemuMachine vm, Qtest guest) {
 *     guest.outb(0x505, 1);
 *
 *     assertThat(vm).awaitEvent(GUEST_PANICKED).withData("action", "pause");
 *     assertThat(vm).awaitStatus("guest-panicked");
 * }
 * }</pre>
 *
 * <p>Works with any accelerator. Only the virtual clock needs {@code -accel qtest}, which distributors' QEMUs often lack. Replies
 * arrive in the order of commands and have no id, so after a timeout the connection cannot be used any more. Numbers are unsigned; those of 64 bits use the whole {@code long}. Thread-safe.
 *
 * <p>It works on any connected socket, and so also with your own QEMU: {@code new Qtest(socket, "mine")}, if
 * QEMU was started with {@code -qtest unix:/path,server=on,wait=off} or connects to you. Close the socket to close this.
 *
 * <p>The protocol is described in QEMU's {@code softmmu/qtest.c} ({@code system/qtest.c} since 8.2).
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class Qtest {

    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(10);
    private static final String END = "";
    private static final QtestIrq NO_MORE = new QtestIrq(-1, false);

    /** A guest may change its lines as often as it likes. */
    private static final int MOST_IRQS = 100_000;

    private final String owner;
    private final Supplier<String> end;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile Link link;
    private @Nullable String broken;

    /** One connection, and what has come over it. */
    private record Link(OutputStream output, BlockingQueue<String> replies, BlockingQueue<QtestIrq> irqs) {}

    /**
     * Speak qtest over a connected socket, with a QEMU that you started with {@code -qtest}.
     *
     * @param socket the socket; the caller closes it
     * @param owner the name of the machine, for messages and the reading thread's name
     * @throws IOException if the socket is not connected
     */
    public Qtest(Socket socket, String owner) throws IOException {
        this(socket, owner, () -> "");
    }

    /**
     * Speak qtest over a connected socket. Failures say how the machine has ended, if it has.
     *
     * @param socket the socket; the caller closes it
     * @param owner the name of the machine, for messages and the name of the thread that reads
     * @param end says how the machine has ended, in a sentence; asked when it has
     * @throws IOException if the socket is not connected
     */
    public Qtest(Socket socket, String owner, Supplier<String> end) throws IOException {
        this.end = end;
        this.owner = owner;
        this.link = open(socket);
    }

    /**
     * Continue over another socket: that of a machine that was restarted. What came over the one before and was not read is forgotten.
     *
     * @param socket the socket; the caller closes it, and this with it
     * @throws IOException if the socket is not connected
     */
    public void reconnect(Socket socket) throws IOException {
        asking.lock();
        try {
            link = open(socket);
            broken = null;
        } finally {
            asking.unlock();
        }
    }

    private Link open(Socket socket) throws IOException {
        Link opened = new Link(socket.getOutputStream(), new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>());
        BufferedReader input =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        Thread reader = new Thread(() -> read(input, opened.replies, opened.irqs), "qtest-" + owner);
        reader.setDaemon(true);
        reader.start();
        return opened;
    }

    private static void read(BufferedReader input, BlockingQueue<String> replies, BlockingQueue<QtestIrq> irqs) {
        try {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                if (line.startsWith("IRQ ")) {
                    List<String> words = List.of(line.split(" ", 3));
                    if (irqs.size() >= MOST_IRQS) {
                        irqs.poll();
                    }
                    irqs.add(new QtestIrq(
                            Integer.parseInt(words.get(2).strip()), words.get(1).equals("raise")));
                } else {
                    replies.add(line);
                }
            }
        } catch (IOException e) {
            // The socket is closed with the machine.
        } finally {
            replies.add(END);
            irqs.add(NO_MORE);
        }
    }

    /**
     * Send a command and return the part of its reply after {@code OK}.
     *
     * @param command the command in the protocol's syntax, such as {@code inb 0x70}
     * @return the rest of the reply, which may be empty
     * @throws QtestException if the reply is not {@code OK}, does not come within 10 s, or the machine has ended
     */
    public String command(String command) {
        Deadline deadline = Deadline.in(REPLY_TIMEOUT);
        Waiting waiting = Waiting.begin(() -> "the reply of %s to qtest command \"%s\"".formatted(owner, command));
        asking.lock();
        try {
            if (broken != null) {
                throw failure("Cannot send qtest command \"%s\": %s".formatted(command, broken), null);
            }
            link.output.write((command + "\n").getBytes(StandardCharsets.US_ASCII));
            String reply = link.replies.poll(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
            if (reply == null) {
                broken = "an earlier one, \"%s\", has got no reply, and replies could not be told apart any more"
                        .formatted(command);
                throw failure(
                        "No reply within %s to qtest command \"%s\""
                                .formatted(Deadline.formatTimeout(REPLY_TIMEOUT), command),
                        null);
            }
            return resultOf(command, reply);
        } catch (IOException e) {
            throw failure("Cannot send qtest command \"%s\": %s".formatted(command, e.getMessage()), e);
        } catch (InterruptedException e) {
            broken = "the thread was interrupted while it waited for the reply to \"%s\"".formatted(command);
            Thread.currentThread().interrupt();
            throw failure("The thread was interrupted during qtest command \"%s\"".formatted(command), e);
        } finally {
            asking.unlock();
            waiting.end();
        }
    }

    private String howItEnded() {
        String known = end.get();
        return known.isEmpty() ? "" : ". " + known;
    }

    private QtestException failure(String message, @Nullable Throwable cause) {
        String machine = "\"%s\"".formatted(owner);
        return new QtestException(
                message.contains(machine) ? message : "%s (machine %s)".formatted(message, machine), cause);
    }

    private String resultOf(String command, String reply) {
        if (reply.equals(END)) {
            broken = "the machine has ended";
            throw failure(
                    "No reply to qtest command \"%s\": the machine has ended".formatted(command) + howItEnded(), null);
        }
        if (!reply.equals("OK") && !reply.startsWith("OK ")) {
            String advice = command.startsWith("clock_")
                    ? "; the virtual clock needs a QEMU that has the qtest accelerator, and accelerators(\"qtest\") or -accel qtest"
                    : "";
            throw failure("qtest command \"%s\" failed: %s%s".formatted(command, reply, advice), null);
        }
        return reply.substring("OK".length()).strip();
    }

    private long number(String command) {
        return Long.decode(unsigned(command(command)));
    }

    /** {@code Long.decode} accepts no number above 2^63. */
    private static String unsigned(String text) {
        return text.startsWith("0x") ? Long.toString(Long.parseUnsignedLong(text.substring(2), 16)) : text;
    }

    /**
     * Read a byte from a port.
     *
     * @param port the port's number
     * @return the value
     */
    public int inb(int port) {
        return (int) number("inb 0x%x".formatted(port));
    }

    /**
     * Read 16 bits from a port.
     *
     * @param port the port's number
     * @return the value
     */
    public int inw(int port) {
        return (int) number("inw 0x%x".formatted(port));
    }

    /**
     * Read 32 bits from a port.
     *
     * @param port the port's number
     * @return the value
     */
    public long inl(int port) {
        return number("inl 0x%x".formatted(port));
    }

    /**
     * Write a byte to a port.
     *
     * @param port the port's number
     * @param value the value
     */
    public void outb(int port, int value) {
        command("outb 0x%x 0x%x".formatted(port, value));
    }

    /**
     * Write 16 bits to a port.
     *
     * @param port the port's number
     * @param value the value
     */
    public void outw(int port, int value) {
        command("outw 0x%x 0x%x".formatted(port, value));
    }

    /**
     * Write 32 bits to a port.
     *
     * @param port the port's number
     * @param value the value
     */
    public void outl(int port, long value) {
        command("outl 0x%x 0x%x".formatted(port, value));
    }

    /**
     * Write a byte to a port without waiting for a reply: a write that ends QEMU, such as one to isa-debug-exit, is never answered. No further command is possible.
     *
     * @param port the port's number
     * @param value the value
     */
    public void outbWithoutReply(int port, int value) {
        asking.lock();
        try {
            broken = "the last one was sent to end the machine";
            link.output.write("outb 0x%x 0x%x\n".formatted(port, value).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw failure("Cannot send the last qtest command: " + e.getMessage(), e);
        } finally {
            asking.unlock();
        }
    }

    /**
     * Read a byte from memory.
     *
     * @param address the physical address
     * @return the value
     */
    public int readb(long address) {
        return (int) number("readb 0x%x".formatted(address));
    }

    /**
     * Read 16 bits from memory, in the guest's byte order.
     *
     * @param address the physical address
     * @return the value
     */
    public int readw(long address) {
        return (int) number("readw 0x%x".formatted(address));
    }

    /**
     * Read 32 bits from memory, in the guest's byte order.
     *
     * @param address the physical address
     * @return the value
     */
    public long readl(long address) {
        return number("readl 0x%x".formatted(address));
    }

    /**
     * Read 64 bits from memory, in the guest's byte order.
     *
     * @param address the physical address
     * @return the value, unsigned
     */
    public long readq(long address) {
        return number("readq 0x%x".formatted(address));
    }

    /**
     * Write a byte to memory.
     *
     * @param address the physical address
     * @param value the value
     */
    public void writeb(long address, int value) {
        command("writeb 0x%x 0x%x".formatted(address, value));
    }

    /**
     * Write 16 bits to memory, in the guest's byte order.
     *
     * @param address the physical address
     * @param value the value
     */
    public void writew(long address, int value) {
        command("writew 0x%x 0x%x".formatted(address, value));
    }

    /**
     * Write 32 bits to memory, in the guest's byte order.
     *
     * @param address the physical address
     * @param value the value
     */
    public void writel(long address, long value) {
        command("writel 0x%x 0x%x".formatted(address, value));
    }

    /**
     * Write 64 bits to memory, in the guest's byte order.
     *
     * @param address the physical address
     * @param value the value, unsigned
     */
    public void writeq(long address, long value) {
        command("writeq 0x%x 0x%x".formatted(address, value));
    }

    /**
     * Read bytes from memory.
     *
     * @param address the physical address of the first byte
     * @param size how many bytes, at least 1
     * @return the bytes
     */
    public byte[] read(long address, int size) {
        String hex = command("read 0x%x 0x%x".formatted(address, size));
        return HexFormat.of().parseHex(hex.substring("0x".length()));
    }

    /**
     * Write bytes to memory.
     *
     * @param address the physical address of the first byte
     * @param bytes the bytes, at least one
     */
    public void write(long address, byte[] bytes) {
        command("write 0x%x 0x%x 0x%s"
                .formatted(address, bytes.length, HexFormat.of().formatHex(bytes)));
    }

    /**
     * Fill memory with one byte.
     *
     * @param address the physical address of the first byte
     * @param size how many bytes
     * @param value the byte
     */
    public void memset(long address, long size, int value) {
        command("memset 0x%x 0x%x 0x%x".formatted(address, size, value));
    }

    /** {@return the guest's byte order} */
    public ByteOrder byteOrder() {
        return command("endianness").equals("big") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /**
     * Intercept the interrupts that go into a device, for {@link #awaitIrq}. One device per machine.
     *
     * @param qomPath the device's path, such as {@code ioapic}
     */
    public void interceptIrqsInto(String qomPath) {
        command("irq_intercept_in " + qomPath);
    }

    /**
     * Intercept the interrupts that come out of a device, for {@link #awaitIrq}. One device per machine.
     *
     * @param qomPath the device's path
     */
    public void interceptIrqsOutOf(String qomPath) {
        command("irq_intercept_out " + qomPath);
    }

    /**
     * Wait for a change of an intercepted line. Other changes are skipped.
     *
     * @param line the line's number
     * @param raised whether to wait until it is raised; otherwise until it is lowered
     * @param timeout how long to wait at most
     * @throws QtestException if it does not change in time, or the machine ends; the message lists the changes that were seen
     */
    public void awaitIrq(int line, boolean raised, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        QtestIrq wanted = new QtestIrq(line, raised);
        List<QtestIrq> seen = new ArrayList<>();
        Link from = link;
        Waiting waiting = Waiting.step(() -> "%s of %s".formatted(wanted, owner));
        try {
            while (true) {
                QtestIrq irq = from.irqs.poll(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
                if (irq == null) {
                    throw failure(
                            "No %s within %s; seen: %s".formatted(wanted, Deadline.formatTimeout(timeout), seen), null);
                }
                if (irq.equals(wanted)) {
                    waiting.fulfilled();
                    return;
                }
                if (irq.equals(NO_MORE)) {
                    from.irqs.add(NO_MORE); // for the next wait
                    throw failure(
                            "No %s: the machine has ended; seen: %s%s".formatted(wanted, seen, howItEnded()), null);
                }
                seen.add(irq);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("The thread was interrupted while it waited for " + wanted, e);
        } finally {
            waiting.end();
        }
    }

    /**
     * Let the virtual clock advance; only with {@code -accel qtest}.
     *
     * @param step by how much
     * @return the virtual time after it
     * @throws QtestException if the machine runs with another accelerator
     */
    public Duration clockStep(Duration step) {
        return Duration.ofNanos(number("clock_step %s".formatted(step.toNanos())));
    }

    /**
     * Let the virtual clock advance to the next timer's deadline; only with {@code -accel qtest}.
     *
     * @return the virtual time after it
     * @throws QtestException if the machine runs with another accelerator
     */
    public Duration clockStep() {
        return Duration.ofNanos(number("clock_step"));
    }
}
