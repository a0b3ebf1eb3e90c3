package io.github.qmpjunit.chaos;

import io.github.qmpjunit.qemu.Jars;
import io.github.qmpjunit.qemu.OtherUser;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Starts JVMs that run a {@link Victim}, one at a time. */
final class VictimJvm {

    private final Random random;
    private final Path output;
    private final String classPath;

    /**
     * @param root where its files lie
     */
    VictimJvm(Path root, Random random) throws IOException {
        this.random = random;
        this.output = root.resolve("jvm-output");
        this.classPath = Jars.classPath(root);
    }

    /** Start one, to whose machines this happens. */
    Process start(Path temp, JvmBlow blow, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temp,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classPath));
        command.addAll(options);
        String qemu = System.getProperty("qmpjunit.qemu");
        if (qemu != null) {
            command.add("-Dqmpjunit.qemu=" + qemu);
        }
        command.addAll(List.of(Victim.class.getName(), blow.name()));
        if (blow == JvmBlow.FEW_FDS) {
            // The JVM has each jar open, whatever we do.
            int own = classPath.split(File.pathSeparator).length;
            String limit = "ulimit -n %s; exec \"$@\"".formatted(own + 15 + random.nextInt(50));
            command.addAll(0, List.of("sh", "-c", limit, "sh"));
        }
        if (blow == JvmBlow.FEW_THREADS) {
            command.addAll(0, OtherUser.countedByTheKernel());
        }
        return new ProcessBuilder(command).redirectError(output.toFile()).start();
    }

    /** Return what the last one wrote to its standard error. */
    String output() throws IOException {
        return Files.readString(output);
    }
}
