package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.qmp.QmpTranscriptLine;
import io.github.qmpjunit.secrets.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Writes a machine's files. Those of which nothing is there, a machine without console or screen, are left out. */
final class MachineFiles {

    private final Path directory;
    private final MachineRecord machine;
    private final FailureReport.Attempts attempts;
    private final List<String> written = new ArrayList<>();

    /**
     * @param directory the report's; the machine gets a folder in it
     * @param machine what was taken of it, masked
     */
    MachineFiles(Path directory, MachineRecord machine, FailureReport.Attempts attempts) {
        this.directory = directory.resolve(machine.folder());
        this.machine = machine;
        this.attempts = attempts;
    }

    /** Write them, and return what the page shows. */
    ReportContent.Machine write(LiveState live, Secrets secrets) {
        JsonNode state = secrets.mask(live.replies());
        attempts.attempt(directory.toString(), () -> Files.createDirectories(directory));
        live.screen().ifPresent(picture -> write(FailureReport.SCREEN, picture));
        machine.said().messages().ifPresent(lines -> write("qmp.jsonl", transcript(lines)));
        writeConsoles();
        write("stderr.log", machine.said().stderr().text());
        if (!machine.said().stdout().text().isEmpty()) {
            write("stdout.log", machine.said().stdout().text());
        }
        write("state.json", MachineCard.pretty(state, Integer.MAX_VALUE) + "\n");
        if (!machine.start().commandLine().isEmpty()) {
            String script = CommandScript.of(machine, !secrets.isEmpty());
            write("command.sh", script);
            attempts.attempt("command.sh", () -> makeExecutable(directory.resolve("command.sh")));
        }
        return new ReportContent.Machine(
                machine, state, live.running(), live.runState(), List.copyOf(written), live.screen());
    }

    private static String transcript(List<QmpTranscriptLine> lines) {
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private void writeConsoles() {
        FileNames names = new FileNames();
        machine.said().consoles().forEach((name, output) -> {
            String file =
                    machine.said().consoles().size() == 1 ? "console.log" : "console-%s.log".formatted(names.of(name));
            write(file, output.text());
        });
    }

    private void write(String file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(String file, byte[] bytes) {
        if (attempts.attempt(machine.folder() + "/" + file, () -> Files.write(directory.resolve(file), bytes))) {
            written.add(file);
        }
    }

    private static void makeExecutable(Path script) throws IOException {
        if (!script.toFile().setExecutable(true)) {
            throw new IOException("it could not be made executable");
        }
    }
}
