package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.qemu.process.OutputLine;
import io.github.qmpjunit.qemu.process.OutputLog;
import io.github.qmpjunit.qmp.QmpTranscriptLine;
import io.github.qmpjunit.secrets.Secrets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a machine had said up to one moment.
 *
 * @param messages the transcript's lines; empty optional where nothing was recorded
 * @param messagesDropped how many of them were too many to be kept
 * @param stderr its standard error
 * @param stdout its standard output
 * @param consoles its consoles by name
 */
record Said(
        Optional<List<QmpTranscriptLine>> messages,
        long messagesDropped,
        Output stderr,
        Output stdout,
        Map<String, Output> consoles) {

    /** What was written to one place, as it was written and line by line. */
    record Output(String text, List<OutputLine> lines) {

        static final Output NONE = new Output("", List.of());

        static Output of(OutputLog log) {
            return new Output(log.text(), log.timedLines());
        }

        Output masked(Secrets secrets) {
            return new Output(
                    secrets.mask(text),
                    lines.stream()
                            .map(line -> new OutputLine(line.nanoTime(), secrets.mask(line.text())))
                            .toList());
        }
    }

    Said masked(Secrets secrets) {
        Map<String, Output> maskedConsoles = new LinkedHashMap<>();
        consoles.forEach((console, output) -> maskedConsoles.put(console, output.masked(secrets)));
        return new Said(
                messages.map(lines -> lines.stream()
                        .map(line -> new QmpTranscriptLine(
                                line.nanoTime(), secrets.mask(line.line()), line.caller(), line.calledMethod()))
                        .toList()),
                messagesDropped,
                stderr.masked(secrets),
                stdout.masked(secrets),
                maskedConsoles);
    }
}
