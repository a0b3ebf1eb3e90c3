package io.github.qmpjunit.junit.report;

import io.github.qmpjunit.qmp.QmpTranscriptLine;
import io.github.qmpjunit.secrets.Secrets;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What is known of a machine at one moment, secrets masked: the same for the files and for the page.
 *
 * @param start how it was started
 * @param folder the name of its folder in the report
 * @param state whether it runs, or how it ended
 * @param version its QEMU's version, if it got as far as to tell it
 * @param said what it had said
 */
record MachineRecord(StartedAs start, String folder, String state, Optional<String> version, Said said) {

    /** Take down what is there, without asking the machine anything. What a dead one has left is awaited for a moment. */
    static MachineRecord of(ReportedMachine machine, String folder) {
        machine.settle();
        String state = machine.state();
        Said said = machine.said();
        return new MachineRecord(machine.start(), folder, state, machine.version(), said);
    }

    String name() {
        return start.name();
    }

    List<JsonNode> trees() {
        return said.messages().orElse(List.of()).stream()
                .map(QmpTranscriptLine::line)
                .toList();
    }

    MachineRecord masked(Secrets secrets) {
        return new MachineRecord(start.masked(secrets), folder, secrets.mask(state), version, said.masked(secrets));
    }
}
