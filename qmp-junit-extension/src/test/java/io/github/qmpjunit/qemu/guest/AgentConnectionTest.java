package io.github.qmpjunit.qemu.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.secrets.Secrets;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a real agent cannot be made to write at the wanted moment. */
class AgentConnectionTest {

    private static JsonNode next(BufferedReader reader, List<String> asked) throws IOException {
        String line = reader.readLine();
        JsonNode question = JsonMapper.shared().readTree(line.substring(line.indexOf('{')));
        asked.add(question.path("execute").asString());
        return question;
    }

    private static void write(OutputStream output, String text) throws IOException {
        output.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void neither_what_a_dead_agent_began_to_write_nor_a_stale_answer_is_taken_for_the_answer(@TempDir Path dir)
            throws Exception {
        AFUNIXSocketAddress address = AFUNIXSocketAddress.of(dir.resolve("qga"));
        try (AFUNIXServerSocket server = AFUNIXServerSocket.bindOn(address);
                AFUNIXSocket ours = AFUNIXSocket.connectTo(address);
                AFUNIXSocket theirs = server.accept()) {
            GuestAgent agent = new GuestAgent(ours, "QEMU \"none\"", () -> "", new Secrets());
            List<String> asked = new CopyOnWriteArrayList<>();
            Thread guest = new Thread(() -> answer(theirs, asked));
            guest.setDaemon(true);
            guest.start();

            JsonNode answer = agent.execute(QmpCommand.of("guest-question").withTimeout(Duration.ofSeconds(30)));

            assertThat(answer.asString()).isEqualTo("right");
            assertThat(asked).containsExactly("guest-sync-delimited", "guest-question");
        }
    }

    @Test
    void a_program_whose_agent_falls_silent_is_not_waited_for_much_longer_than_it_may_take(@TempDir Path dir)
            throws Exception {
        AFUNIXSocketAddress address = AFUNIXSocketAddress.of(dir.resolve("qga"));
        try (AFUNIXServerSocket server = AFUNIXServerSocket.bindOn(address);
                AFUNIXSocket ours = AFUNIXSocket.connectTo(address);
                AFUNIXSocket theirs = server.accept()) {
            GuestAgent agent = new GuestAgent(ours, "QEMU \"none\"", () -> "It was last seen at dawn.", new Secrets());
            List<String> asked = new CopyOnWriteArrayList<>();
            Thread guest = new Thread(() -> startAndFallSilent(theirs, asked));
            guest.setDaemon(true);
            guest.start();

            agent.awaitReady(Duration.ofMinutes(1));
            assertThatThrownBy(() -> agent.run(GuestProgram.of("sleep", "1000").withTimeLimit(Duration.ofSeconds(3))))
                    .isInstanceOf(GuestAgentException.class)
                    .hasMessageStartingWith(
                            "Nobody knows what became of \"sleep 1000\" in the guest of QEMU \"none\": No answer of the guest agent")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("within 30 s"))
                    .hasMessageEndingWith("It was last seen at dawn.");
            assertThat(asked).contains("guest-exec", "guest-exec-status");
        }
    }

    private static void startAndFallSilent(AFUNIXSocket socket, List<String> asked) {
        try {
            BufferedReader questions =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            OutputStream answers = socket.getOutputStream();
            long sync = next(questions, asked).path("arguments").path("id").asLong();
            write(answers, "\u00FF{\"return\": %s, \"id\": %s}\n".formatted(sync, sync));
            long ping = next(questions, asked).path("id").asLong();
            write(answers, "{\"return\": {}, \"id\": %s}\n".formatted(ping));
            long exec = next(questions, asked).path("id").asLong();
            write(answers, "{\"return\": {\"pid\": 7}, \"id\": %s}\n".formatted(exec));
            while (true) {
                next(questions, asked);
            }
        } catch (IOException | NullPointerException e) {
            // The test is over.
        }
    }

    private static void answer(AFUNIXSocket socket, List<String> asked) {
        try {
            BufferedReader questions =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            OutputStream answers = socket.getOutputStream();
            long sync = next(questions, asked).path("arguments").path("id").asLong();
            write(answers, "{\"return\": {\"torn\": \"of{\"error\": {\"class\": \"GenericError\", \"desc\": \"?\"}}\n");
            write(answers, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"stray sentinel\"}}\n");
            write(answers, "{\"return\": \"stale\"}\n\u00FF{\"return\": %s, \"id\": %s}\n".formatted(sync, sync));
            long question = next(questions, asked).path("id").asLong();
            write(answers, "{\"return\": \"stale\", \"id\": %s}\n".formatted(question - 1));
            write(answers, "{\"return\": \"right\", \"id\": %s}\n".formatted(question));
        } catch (IOException e) {
            // The test fails for want of an answer.
        }
    }
}
