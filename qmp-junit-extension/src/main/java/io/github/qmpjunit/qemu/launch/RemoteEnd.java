package io.github.qmpjunit.qemu.launch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The far end of a {@linkplain io.github.qmpjunit.qemu.process.LaunchPrefix#isRemote remote} prefix: a small shell script around QEMU that ends it when nobody is
 * left who could.
 *
 * <p>QEMU itself does not mind when its standard input ends. So the script reads that for it, hands everything on through a named
 * pipe, and kills QEMU at the end of it. A pipeline would do without the file, but then the script would not know QEMU's process
 * id, or its exit status. The script also passes on a signal, as {@code scancel} and a container's end send one, and waits for QEMU:
 * as process 1 of a container it takes QEMU along, in whatever way it ends.
 */
final class RemoteEnd {

    /** Without a line feed, which not every login shell takes in quotes. */
    private static final String SCRIPT = """
            cd -- "$1" >&2 || exit; \
            shift; \
            dir=$(mktemp -d) && mkfifo "$dir/in" || exit; \
            exec 3<&0; \
            trap 'signalled=1; kill -KILL $qemu' HUP INT TERM; \
            "$@" <"$dir/in" 3<&- & \
            qemu=$!; \
            { rm -rf "$dir"; cat <&3; kill -KILL $qemu; } >"$dir/in" 2>/dev/null & \
            feed=$!; \
            exec 3<&- </dev/null; \
            wait $qemu; \
            status=$?; \
            if [ -n "$signalled" ]; then wait $qemu; status=$?; fi; \
            kill $feed 2>/dev/null; \
            exit $status""";

    private RemoteEnd() {}

    /** Return what to run at the far end, so that a program runs there for as long as its standard input is open. */
    static List<String> keeping(List<String> program, Optional<Path> workingDirectory) {
        List<String> line = new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh"));
        line.add(workingDirectory.map(Path::toString).orElse("."));
        line.addAll(program);
        return line;
    }
}
