package io.github.qmpjunit.qemu;

import io.github.qmpjunit.qemu.process.CommandLine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * Where a person, or another program, attaches to a running machine beside the test.
 *
 * @param monitor the UNIX socket of a QMP monitor of its own
 * @param gdb the UNIX socket of QEMU's gdb server, once it {@linkplain QemuMachine#startGdbServer listens}
 * @param vnc the UNIX socket of its display; empty for a machine without hardware
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record Attachment(Path monitor, Path gdb, Optional<Path> vnc) {

    private static final String MONITOR = "attach";
    private static final String GDB = "gdb";
    private static final String VNC = "vnc";

    static Attachment in(Path directory, boolean hardware) {
        return new Attachment(
                directory.resolve(MONITOR),
                directory.resolve(GDB),
                hardware ? Optional.of(directory.resolve(VNC)) : Optional.empty());
    }

    /** Return what the human monitor's {@code gdbserver} takes: an option's value between quotes, as it has blanks for ends. */
    String gdbServer() {
        String device = "unix:%s,server=on,wait=off".formatted(CommandLine.optionValue(gdb));
        return "\"" + device.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    /** Return QEMU's arguments for the monitor and the display. */
    List<String> arguments() {
        List<String> line = new ArrayList<>(List.of(
                "-chardev",
                "socket,id=%s,server=on,wait=off,path=%s".formatted(MONITOR, CommandLine.optionValue(monitor)),
                "-mon",
                "chardev=%s,mode=control".formatted(MONITOR)));
        vnc.ifPresent(socket -> line.addAll(List.of("-vnc", "unix:" + CommandLine.optionValue(socket))));
        return line;
    }
}
