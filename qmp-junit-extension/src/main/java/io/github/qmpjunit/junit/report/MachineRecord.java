package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.qemu.process.OutputLine;
import io.github.qmpjunit.qemu.process.OutputLog;
import io.github.qmpjunit.qmp.QmpTranscript;
import io.github.qmpjunit.qmp.QmpTranscriptLine;
import io.github.qmpjunit.secrets.Secrets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What a machine had said up to one moment, secrets masked: the same for the files and for the page.
 *
 * @param name the machine's name
 * @param folder the name of its folder in the report
 * @param state whether it runs, or how it ended
 * @param version its QEMU's version, if it got as far as to tell it
 * @param commandLine how it was started; empty if it did not come to that
 * @param shellCommand the same for a shell, with its environment and what was put before QEMU, where that is known
 * @param surroundings what else it was started with, where that is known
 * @param messages the transcript's lines; empty optional where nothing was recorded
 * @param messagesDropped how many of them were too many to be kept
 * @param stderr its standard error, as it was written
 * @param stderrLines the same, line by line
 * @param consoles its consoles by name
 */
record MachineRecord(
        String name,
        String folder,
        String state,
        Optional<String> version,
        List<String> commandLine,
        Optional<String> shellCommand,
        Surroundings surroundings,
        Optional<List<QmpTranscriptLine>> messages,
        long messagesDropped,
        String stderr,
        List<OutputLine> stderrLines,
        Map<String, Output> consoles) {

    /** A console's output, as it was written and line by line. */
    record Output(String text, List<OutputLine> lines) {}

    /** Take down what is there, without asking the machine anything. What a dead one has left is awaited for a moment. */
    static MachineRecord of(ReportedMachine machine, String folder) {
        machine.settle();
        String state = machine.state();
        Map<String, Output> consoles = new LinkedHashMap<>();
        machine.consoles().forEach((name, log) -> consoles.put(name, new Output(log.text(), log.timedLines())));
        return new MachineRecord(
                machine.name(),
                folder,
                state,
                machine.version(),
                machine.commandLine(),
                machine.shellCommand(),
                machine.surroundings(),
                machine.transcript().map(QmpTranscript::lines),
                machine.transcript().map(QmpTranscript::dropped).orElse(0L),
                machine.stderr().map(OutputLog::text).orElse(""),
                machine.stderr().map(OutputLog::timedLines).orElse(List.of()),
                consoles);
    }

    List<JsonNode> trees() {
        return messages.orElse(List.of()).stream().map(QmpTranscriptLine::line).toList();
    }

    MachineRecord masked(Secrets secrets) {
        Map<String, Output> maskedConsoles = new LinkedHashMap<>();
        consoles.forEach((console, output) ->
                maskedConsoles.put(console, new Output(secrets.mask(output.text()), masked(output.lines(), secrets))));
        return new MachineRecord(
                name,
                folder,
                secrets.mask(state),
                version,
                secrets.mask(commandLine),
                shellCommand.map(secrets::mask),
                surroundings.masked(secrets),
                messages.map(lines -> maskedMessages(lines, secrets)),
                messagesDropped,
                secrets.mask(stderr),
                masked(stderrLines, secrets),
                maskedConsoles);
    }

    private static List<QmpTranscriptLine> maskedMessages(List<QmpTranscriptLine> lines, Secrets secrets) {
        List<QmpTranscriptLine> masked = new ArrayList<>();
        for (QmpTranscriptLine line : lines) {
            masked.add(new QmpTranscriptLine(line.nanoTime(), secrets.mask(line.line())));
        }
        return masked;
    }

    private static List<OutputLine> masked(List<OutputLine> lines, Secrets secrets) {
        return lines.stream()
                .map(line -> new OutputLine(line.nanoTime(), secrets.mask(line.text())))
                .toList();
    }
}
