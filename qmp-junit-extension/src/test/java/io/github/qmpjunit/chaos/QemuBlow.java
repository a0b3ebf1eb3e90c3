package io.github.qmpjunit.chaos;

import io.github.qmpjunit.qemu.process.QemuBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** What may happen to a QEMU while the JVM that has started it lives on. */
enum QemuBlow {
    KILL("QEMU: SIGKILL"),
    TERMINATE("QEMU: SIGTERM"),
    ABORT("QEMU: SIGABRT"),
    STOP("QEMU: SIGSTOP"),
    STOP_AND_CONTINUE("QEMU: SIGSTOP, then SIGCONT"),
    KILL_WRAPPER("QEMU: SIGKILL to its wrapper"),
    INTERRUPT("test's thread: interrupted"),
    FEW_FDS("QEMU: few file descriptors"),
    LITTLE_MEMORY("QEMU: little memory"),
    LITTLE_CPU("QEMU: starved of CPU, SIGTERM");

    private final String title;

    QemuBlow(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Return whether there is nothing more to do once QEMU is started. */
    boolean isSlow() {
        return this == FEW_FDS || this == LITTLE_MEMORY;
    }

    /** Give a life the QEMU that this needs. */
    void prepare(Life life, Path root, Random random) throws IOException {
        String command = "exec \"$QEMU\" \"$@\"";
        switch (this) {
            case KILL_WRAPPER -> command = "\"$QEMU\" \"$@\"; exit $?";
            case FEW_FDS -> command = "ulimit -n %s; %s".formatted(3 + random.nextInt(25), command);
            case LITTLE_MEMORY -> command = "ulimit -v %s; %s".formatted(30_000 + random.nextInt(900_000), command);
            case LITTLE_CPU -> command = "exec nice -n 19 \"$QEMU\" \"$@\"";
            default -> {
                return;
            }
        }
        Path script = root.resolve("qemu-" + name());
        Files.writeString(script, "#!/bin/sh\nQEMU='%s'\n%s\n".formatted(QemuBinary.find(null), command));
        if (!script.toFile().setExecutable(true)) {
            throw new IOException("Cannot make %s executable".formatted(script));
        }
        life.definition().binary(script);
    }

    void strike(List<ProcessHandle> children, Thread worker, Random random) throws IOException, InterruptedException {
        switch (this) {
            case KILL, KILL_WRAPPER -> Signals.send("KILL", children);
            case TERMINATE, LITTLE_CPU -> Signals.send("TERM", children);
            case ABORT -> Signals.send("ABRT", children);
            case STOP -> Signals.send("STOP", children);
            case STOP_AND_CONTINUE -> {
                Signals.send("STOP", children);
                Thread.sleep(random.nextInt(1500));
                Signals.send("CONT", children);
            }
            case INTERRUPT -> worker.interrupt();
            case FEW_FDS, LITTLE_MEMORY -> {}
        }
    }
}
