package io.github.qmpjunit.bench;

import io.github.qmpjunit.qemu.QemuMachine;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** Many machines at once. The floor is a shell that starts as many, tells each to quit, and waits. */
final class SideBySide implements Measurement {

    private static final int MACHINES = 64;
    private static final int WARM_UP = 8;
    private static final int ROUNDS = 6;

    @Override
    public String name() {
        return "parallel";
    }

    @Override
    public List<Row> measure() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(MACHINES);
        try {
            String script = script();
            for (int i = 0; i < WARM_UP; i++) {
                run(threads);
            }
            int before = openFiles();
            Pairs pairs = new Pairs();
            for (int round = 0; round < ROUNDS; round++) {
                double first = round % 2 == 0 ? run(threads) : shell(script);
                double second = round % 2 == 0 ? shell(script) : run(threads);
                pairs.add(round % 2 == 0 ? first : second, round % 2 == 0 ? second : first);
            }
            int left = openFiles() - before;
            return List.of(
                    Row.cost(
                            "%s machines in parallel, start to stop".formatted(MACHINES),
                            pairs,
                            Row.Unit.MILLISECONDS,
                            1.20,
                            String.format(
                                    Locale.ROOT,
                                    "%.0f machines a second. %s",
                                    MACHINES / (pairs.ours() / 1e9),
                                    Notes.PARALLEL)),
                    Row.judged(
                            "the same: failures and leaks",
                            "%s file descriptors left".formatted(left),
                            "none",
                            left <= 0,
                            "a failure would have ended the run"));
        } finally {
            threads.shutdown();
        }
    }

    private static double run(ExecutorService threads) throws Exception {
        long begin = System.nanoTime();
        List<Future<?>> machines = new ArrayList<>();
        for (int i = 0; i < MACHINES; i++) {
            machines.add(threads.submit(() -> QemuMachine.builder().start().close()));
        }
        for (Future<?> machine : machines) {
            machine.get();
        }
        return System.nanoTime() - begin;
    }

    private static double shell(String script) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process process = new ProcessBuilder("sh", "-c", script)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.PIPE)
                .start();
        String complaint = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0 || !complaint.isEmpty()) {
            throw new IOException("The shell that starts QEMUs has failed: " + complaint);
        }
        return System.nanoTime() - begin;
    }

    private static String script() {
        List<String> line;
        try (QemuMachine machine = QemuMachine.builder().start()) {
            line = machine.commandLine().stream()
                    .map(argument -> argument.startsWith("socket,id=qmp,") ? "stdio,id=qmp" : argument)
                    .toList();
        }
        return """
                for i in $(seq %s); do
                    echo '{"execute":"qmp_capabilities"}{"execute":"quit"}' | %s &
                done
                wait
                """.formatted(MACHINES, line.stream().map("'%s'"::formatted).collect(Collectors.joining(" ")));
    }

    private static int openFiles() {
        String[] files = new File("/proc/self/fd").list();
        return files == null ? 0 : files.length;
    }
}
