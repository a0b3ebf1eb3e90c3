package io.github.qmpjunit.qemu.guest;

import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.wiring.AgentPort;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Finds out why a guest agent may not answer. */
record AgentDiagnosis(MonitoredProcess monitored, Collection<SerialConsole> consoles) {

    private static final int TAIL_LINES = 10;

    /** For each of two questions; a machine that takes longer has other problems than its agent. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    String explain() {
        if (!monitored.isRunning()) {
            return monitored.describe();
        }
        StringBuilder text = new StringBuilder(port());
        for (SerialConsole console : consoles) {
            List<String> alarming = console.output().alarmingLines();
            if (!alarming.isEmpty()) {
                text.append("%nConsole \"%s\" says:%n%s"
                        .formatted(
                                console.name(),
                                String.join("\n", alarming).indent(2).stripTrailing()));
            }
            List<String> last = console.output().tail(TAIL_LINES);
            text.append(
                    last.isEmpty()
                            ? "%nConsole \"%s\": nothing was written".formatted(console.name())
                            : "%nConsole \"%s\", its last lines:%n%s"
                                    .formatted(
                                            console.name(),
                                            String.join("\n", last).indent(2).stripTrailing()));
        }
        return text.toString();
    }

    private String port() {
        try {
            JsonNode status = ask("query-status");
            if (!status.path("running").asBoolean(true)) {
                return "The machine does not run: its status is \"%s\"."
                        .formatted(status.path("status").asString(""));
            }
            for (JsonNode chardev : ask("query-chardev")) {
                if (chardev.path("label").asString("").equals(AgentPort.CHARDEV)) {
                    return chardev.path("frontend-open").asBoolean(false)
                            ? "Something in the guest has opened the agent's port, but does not answer."
                            : "No program in the guest has opened the agent's port, %s: the guest has not booted yet, or does not run qemu-guest-agent."
                                    .formatted(AgentPort.NAME);
                }
            }
            return "The machine has no chardev \"%s\" any more.".formatted(AgentPort.CHARDEV);
        } catch (QmpException e) {
            return "Nor could the machine be asked about it: " + e.getMessage();
        }
    }

    private JsonNode ask(String query) {
        return monitored.qmp().execute(QmpCommand.of(query).withTimeout(PATIENCE));
    }
}
