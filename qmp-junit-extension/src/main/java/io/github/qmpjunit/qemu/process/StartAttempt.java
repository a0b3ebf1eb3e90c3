package io.github.qmpjunit.qemu.process;

import io.github.qmpjunit.qmp.QmpTranscript;
import io.github.qmpjunit.secrets.Secrets;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * What is known about a failed start.
 *
 * @param commandLine the command line, the binary first, secrets included
 * @param stderr the standard error; empty if no process was created
 * @param stdout the standard output; empty if no process was created
 * @param exitStatus how the process ended, if it did so by itself
 * @param transcript the monitor's transcript, if the definition asks for one
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record StartAttempt(
        List<String> commandLine,
        Optional<OutputLog> stderr,
        Optional<OutputLog> stdout,
        Optional<ExitStatus> exitStatus,
        Optional<QmpTranscript> transcript) {

    /** {@return everything except the transcript, with secrets masked} */
    @Override
    public String toString() {
        Secrets secrets = new Secrets().learn(commandLine);
        return "StartAttempt[commandLine=%s, stderr=%s, stdout=%s, exitStatus=%s]"
                .formatted(
                        CommandLine.forShell(secrets.mask(commandLine)),
                        secrets.mask(stderr.map(OutputLog::text).orElse("")),
                        secrets.mask(stdout.map(OutputLog::text).orElse("")),
                        exitStatus);
    }
}
