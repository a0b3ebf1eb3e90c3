package io.github.qmpjunit.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Runs a class in a JVM of its own, with this one's class path. */
final class NewJvm {

    private NewJvm() {}

    /** Return what it writes to standard output. */
    static String run(List<String> options, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> commandLine = new ArrayList<>();
        commandLine.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        commandLine.addAll(options);
        String qemu = System.getProperty("qmpjunit.qemu");
        if (qemu != null) {
            commandLine.add("-Dqmpjunit.qemu=" + qemu);
        }
        if (Runtime.version().feature() >= 24) {
            commandLine.add("--enable-native-access=ALL-UNNAMED");
        }
        commandLine.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        commandLine.addAll(List.of(arguments));
        Process process = new ProcessBuilder(commandLine)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("%s has failed in its JVM: %s".formatted(main.getName(), told));
        }
        return told;
    }
}
