package io.github.qmpjunit.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Sends signals that Java cannot. */
final class Signals {

    private Signals() {}

    /** Send a signal to those of the processes that are still there. */
    static void send(String signal, List<ProcessHandle> processes) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", "-s", signal));
        processes.stream().filter(ProcessHandle::isAlive).forEach(process -> command.add(Long.toString(process.pid())));
        if (command.size() > 3) {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
    }
}
