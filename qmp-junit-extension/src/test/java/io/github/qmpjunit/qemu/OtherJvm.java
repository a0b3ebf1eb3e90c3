package io.github.qmpjunit.qemu;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs a main class of the tests in a JVM of its own, which may then be killed. */
public final class OtherJvm {

    private OtherJvm() {}

    /** Start it with a temp folder of its own, in which no other JVM sweeps. */
    public static Process start(Path tempFolder, Class<?> main, String... args) throws IOException {
        return start(tempFolder, List.of(), main, args);
    }

    /** Start it as {@link #start(Path, Class, String...)} does, with options for the JVM, which may name another class path. */
    public static Process start(Path tempFolder, List<String> options, Class<?> main, String... args)
            throws IOException {
        return start(List.of(), tempFolder, options, main, args);
    }

    /** Start it as {@link #start(Path, List, Class, String...)} does, behind a command. */
    public static Process start(
            List<String> prefix, Path tempFolder, List<String> options, Class<?> main, String... args)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Djava.io.tmpdir=" + tempFolder));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(main.getName());
        command.addAll(Arrays.asList(args));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static String firstLine(Process process) throws IOException {
        BufferedReader reader = process.inputReader();
        return String.valueOf(reader.readLine());
    }
}
