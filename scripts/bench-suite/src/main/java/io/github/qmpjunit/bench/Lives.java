package io.github.qmpjunit.bench;

import io.github.qmpjunit.qemu.QemuMachine;
import java.nio.file.Path;
import java.util.List;

/** Starting and stopping, with a JVM that is warm. */
final class Lives implements Measurement {

    private static final int WARM_UP = 200;
    private static final int ROUNDS = 150;

    @Override
    public String name() {
        return "lives";
    }

    @Override
    public List<Row> measure() throws Exception {
        try (Scratch scratch = new Scratch()) {
            Path folder = scratch.folder();
            List<String> commandLine = BareQemu.commandLine(folder);
            Pairs starts = new Pairs();
            Pairs stops = new Pairs();
            for (int round = 0; round < WARM_UP + ROUNDS; round++) {
                Life first = round % 2 == 0 ? ours() : bare(commandLine, folder);
                Life second = round % 2 == 0 ? bare(commandLine, folder) : ours();
                if (round >= WARM_UP) {
                    Life ours = round % 2 == 0 ? first : second;
                    Life floor = round % 2 == 0 ? second : first;
                    starts.add(ours.start, floor.start);
                    stops.add(ours.stop, floor.stop);
                }
            }
            return List.of(
                    Row.cost(
                            "QEMU's start until the client is there, warm JVM",
                            starts,
                            Row.Unit.MILLISECONDS,
                            1.15,
                            Notes.START),
                    Row.cost(
                            "stop until the process is reaped and cleaned up",
                            stops,
                            Row.Unit.MILLISECONDS,
                            1.15,
                            Notes.STOP));
        }
    }

    private static Life ours() {
        long begin = System.nanoTime();
        QemuMachine machine = QemuMachine.builder().start();
        long ready = System.nanoTime();
        machine.close();
        return new Life(ready - begin, System.nanoTime() - ready);
    }

    private static Life bare(List<String> commandLine, Path folder) throws Exception {
        long begin = System.nanoTime();
        BareQemu qemu = BareQemu.start(commandLine, folder);
        long ready = System.nanoTime();
        qemu.close();
        return new Life(ready - begin, System.nanoTime() - ready);
    }

    private record Life(double start, double stop) {}
}
