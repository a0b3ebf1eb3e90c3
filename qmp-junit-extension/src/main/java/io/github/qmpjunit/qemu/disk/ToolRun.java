package io.github.qmpjunit.qemu.disk;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.qemu.launch.BriefProcess;
import io.github.qmpjunit.qemu.launch.RunDirectory;
import io.github.qmpjunit.qemu.process.CommandLine;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.secrets.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One run of a tool: its secrets in files, its output, its end.
 *
 * @param program the tool's path
 * @param secrets by their ids
 */
record ToolRun(Path program, Map<String, String> secrets) {

    /** In characters, of a tool's words in a message. */
    private static final int MOST_TOLD = 4_000;

    ToolResult run(List<String> arguments, Set<Integer> expected, Duration limit) {
        Path directory = RunDirectory.ofThisJvm().create();
        try {
            List<String> line = new ArrayList<>(List.of(program.toString()));
            line.addAll(arguments);
            int place = 0;
            for (Map.Entry<String, String> secret : secrets.entrySet()) {
                Path file = write(directory.resolve("secret" + place++), secret.getValue());
                // Behind the subcommand, which qemu-img wants first.
                int behind = program.endsWith(QemuTool.QEMU_IMG.command()) ? 2 : 1;
                line.addAll(
                        Math.min(behind, line.size()),
                        List.of("--object", CommandLine.option("secret", Map.of("id", secret.getKey(), "file", file))));
            }
            return outcome(line, BriefProcess.run(line, directory, limit), expected, limit);
        } catch (IOException e) {
            throw new QemuException("Cannot run %s: %s".formatted(program, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QemuException("The thread was interrupted while %s ran".formatted(program), e);
        } finally {
            RunDirectory.ofThisJvm().remove(directory);
        }
    }

    private static Path write(Path file, String secret) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, secret, StandardOpenOption.WRITE);
    }

    private ToolResult outcome(List<String> line, BriefProcess.Outcome outcome, Set<Integer> expected, Duration limit) {
        if (outcome.exit().isEmpty()) {
            throw failure(
                    line,
                    outcome,
                    "did not end within %s and was killed. Allow more with QemuTools.within(...)"
                            .formatted(Deadline.format(limit)));
        }
        var exit = outcome.exit().get();
        if (exit.code().stream().noneMatch(expected::contains)) {
            throw failure(line, outcome, "failed, it " + exit);
        }
        return new ToolResult(exit.code().orElseThrow(), outcome.stdout(), outcome.stderr());
    }

    private ToolFailedException failure(List<String> line, BriefProcess.Outcome outcome, String how) {
        Secrets known = new Secrets().learn(line);
        String words = tail((outcome.stderr() + outcome.stdout()).strip());
        String hint = words.contains("Is another process using the image")
                ? "\nA running QEMU has this image open. Remove its node first (blockdev-del), or read the image nevertheless with disk.whileInUse()."
                : "";
        return new ToolFailedException(known.mask("%s %s:\n%s%s\nCommand line: %s"
                .formatted(
                        program.getFileName(),
                        how,
                        (words.isEmpty() ? "it wrote nothing" : words).indent(2).stripTrailing(),
                        hint,
                        CommandLine.forShell(line))));
    }

    private static String tail(String words) {
        return words.length() <= MOST_TOLD ? words : "[...] " + words.substring(words.length() - MOST_TOLD);
    }
}
