package io.github.qmpjunit.qemu.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.secrets.Secrets;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputLogTimesTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** Writes a piece, waits until it has been read, and returns a time after that and before the next one. */
    private static final class Pieces implements AutoCloseable {

        private final PipedOutputStream end = new PipedOutputStream();
        private final OutputLog log = new OutputLog("a log", new Secrets());

        Pieces() throws IOException {
            log.follow(new PipedInputStream(end), "pieces");
        }

        long write(String piece) throws IOException {
            end.write(piece.getBytes(StandardCharsets.UTF_8));
            end.flush();
            log.awaitText(piece, SOON);
            return System.nanoTime();
        }

        @Override
        public void close() throws IOException {
            end.close();
        }
    }

    @Test
    void a_line_has_the_time_at_which_its_first_character_came() throws IOException {
        try (Pieces pieces = new Pieces()) {
            long start = System.nanoTime();
            long afterFirst = pieces.write("one\ntwo\nth");
            long afterSecond = pieces.write("ree");
            long afterThird = pieces.write("\n");
            long afterFourth = pieces.write("\u001B[1mfour\u001B[0m\r\nfive");

            List<OutputLine> lines = pieces.log.timedLines();
            assertThat(lines).extracting(OutputLine::text).containsExactly("one", "two", "three", "four", "five");
            assertThat(lines.subList(0, 3))
                    .allSatisfy(line -> assertThat(line.nanoTime()).isBetween(start, afterFirst));
            assertThat(lines.subList(3, 5))
                    .allSatisfy(line -> assertThat(line.nanoTime())
                            .isGreaterThan(afterSecond)
                            .isBetween(afterThird, afterFourth));
        }
    }

    @Test
    void an_empty_log_has_no_lines_and_an_empty_line_is_one() throws IOException {
        try (Pieces pieces = new Pieces()) {
            assertThat(pieces.log.timedLines()).isEmpty();
            pieces.write("\n\nx\n");
            assertThat(pieces.log.timedLines()).extracting(OutputLine::text).containsExactly("", "", "x");
        }
    }

    @Test
    void what_is_dropped_takes_its_times_along() throws IOException {
        try (Pieces pieces = new Pieces()) {
            String line = "x".repeat(1023) + "\n";
            long early = 0;
            for (int i = 0; i < 1500; i++) {
                long now = pieces.write(line);
                early = i == 400 ? now : early;
            }
            List<OutputLine> lines = pieces.log.timedLines();
            assertThat(lines).hasSize(1024).extracting(OutputLine::nanoTime).isSorted();
            assertThat(lines.get(0).nanoTime()).isGreaterThan(early);
        }
    }
}
