package io.github.qmpjunit.chaos;

import io.github.qmpjunit.qemu.OtherUser;
import java.util.List;

/** What may happen to a JVM whose machines run. */
enum JvmBlow {
    KILL("JVM: SIGKILL", false),
    TERMINATE("JVM: SIGTERM", true),
    STOP_AND_KILL("JVM: SIGSTOP, then SIGKILL", false),
    KILL_OVER_STOPPED_QEMUS("JVM: SIGKILL, QEMUs in SIGSTOP", false),
    EXIT("JVM: System.exit", true),
    HALT("JVM: Runtime.halt", false),
    OUT_OF_MEMORY("JVM: out of memory, lives on", true),
    OUT_OF_MEMORY_EXIT("JVM: out of memory, exits", false),
    FEW_FDS("JVM: few file descriptors", true),
    FEW_THREADS("JVM: no threads for a while", true);

    private final String title;
    private final boolean cleansUp;

    JvmBlow(String title, boolean cleansUp) {
        this.title = title;
        this.cleansUp = cleansUp;
    }

    String title() {
        return title;
    }

    /** Return whether the JVM has the time to remove its directory; else the next one does. */
    boolean cleansUp() {
        return cleansUp;
    }

    List<String> jvmOptions() {
        return switch (this) {
            case OUT_OF_MEMORY -> List.of("-Xmx16m");
            case OUT_OF_MEMORY_EXIT -> List.of("-Xmx16m", "-XX:+ExitOnOutOfMemoryError");
            default -> List.of("-Xmx64m");
        };
    }

    void strike(Process jvm, List<ProcessHandle> machines) throws Exception {
        switch (this) {
            case KILL -> Signals.send("KILL", List.of(jvm.toHandle()));
            case TERMINATE -> Signals.send("TERM", List.of(jvm.toHandle()));
            case STOP_AND_KILL -> {
                Signals.send("STOP", List.of(jvm.toHandle()));
                Signals.send("KILL", List.of(jvm.toHandle()));
            }
            case KILL_OVER_STOPPED_QEMUS -> {
                Signals.send("STOP", machines);
                Signals.send("KILL", List.of(jvm.toHandle()));
            }
            case FEW_THREADS -> {
                OtherUser.limitThreads(jvm, 0);
                Thread.sleep(500); // as long as it lasts
                OtherUser.limitThreads(jvm, 4000);
                jvm.getOutputStream().write('x');
                jvm.getOutputStream().flush();
            }
            case EXIT, HALT, OUT_OF_MEMORY, OUT_OF_MEMORY_EXIT, FEW_FDS -> {
                jvm.getOutputStream().write('x');
                jvm.getOutputStream().flush();
            }
        }
    }
}
