package io.github.qmpjunit.qemu.guest;

import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.OutputLog;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.secrets.Secrets;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.apiguardian.api.API;

/**
 * A serial port of a machine: read and await the guest's output, and send input to the guest.
 *
 * <pre>{@code
 * assertThat(console).within(BOOT).awaitText(LinuxGuest.PROMPT);
 * console.sendLine("echo $((6 * 7)) is the answer");
 * assertThat(console).within(BOOT).awaitLine(containing("42 is the answer"));
 * }</pre>
 *
 * <p>Waits match what a person sees: escape sequences and carriage returns are resolved. {@link OutputLog#text} and {@link
 * OutputLog#awaitRawMatch} have the guest's characters unchanged.
 *
 * <p>All output is read as it arrives, from the first byte on, so the guest never blocks. The console belongs to the machine,
 * which closes it; waits end when the machine does. Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class SerialConsole {

    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final String name;
    private final OutputLog output;
    private volatile OutputStream input;
    private final ReentrantLock sending = new ReentrantLock();

    /**
     * Read and write a guest's serial port over a connected socket.
     *
     * @param name the console's name
     * @param socket the socket; the caller closes it
     * @param owner the label of the machine, for messages
     * @param secrets the secrets that messages must not show
     * @throws IOException if the socket is not connected
     */
    public SerialConsole(String name, Socket socket, String owner, Secrets secrets) throws IOException {
        this(name, socket, new OutputLog("Console \"%s\" of %s".formatted(name, owner), secrets));
    }

    /**
     * Read and write the serial port of a machine's guest. Waits that fail say why the guest may be silent.
     *
     * @param name the console's name
     * @param socket the socket; the caller closes it
     * @param owner the label of the machine, for messages
     * @param secrets what messages must not show of the output
     * @param machine the machine
     * @throws IOException if the socket is not connected
     */
    public SerialConsole(String name, Socket socket, String owner, Secrets secrets, MonitoredProcess machine)
            throws IOException {
        this(
                name,
                socket,
                new OutputLog(
                        "Console \"%s\" of %s".formatted(name, owner), secrets, () -> GuestCircumstances.of(machine)));
    }

    private SerialConsole(String name, Socket socket, OutputLog output) throws IOException {
        this.name = name;
        this.output = output;
        this.input = socket.getOutputStream();
        output.follow(socket.getInputStream(), name + "-console");
    }

    /**
     * Continue over another socket: that of a machine that was restarted.
     *
     * @param socket the socket; the caller closes it
     * @throws IOException if the socket is not connected
     */
    public void reconnect(Socket socket) throws IOException {
        input = socket.getOutputStream();
        output.awaitEnd(LAST_WORDS); // the end of the process before is certain; what it wrote is being read
        output.follow(socket.getInputStream(), name + "-console");
    }

    /** {@return its name in the machine's definition} */
    public String name() {
        return name;
    }

    /** {@return the guest's output, which can also be awaited} */
    public OutputLog output() {
        return output;
    }

    /**
     * Send bytes to the guest.
     *
     * @param bytes the bytes, sent unchanged
     * @throws QemuException if the machine has ended
     */
    public void send(byte[] bytes) {
        Waiting waiting =
                Waiting.step(() -> "the guest to take %s bytes from console \"%s\"".formatted(bytes.length, name));
        sending.lock();
        try {
            input.write(bytes);
            waiting.fulfilled();
        } catch (IOException e) {
            throw new QemuException(
                    "Cannot send %s bytes to console \"%s\": %s".formatted(bytes.length, name, e.getMessage()), e);
        } finally {
            sending.unlock();
            waiting.end();
        }
    }

    /**
     * Type a line: the text in UTF-8 and a line feed.
     *
     * @param line the text
     * @throws QemuException if the machine has ended
     */
    public void sendLine(String line) {
        send((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "SerialConsole \"%s\"".formatted(name);
    }
}
