package io.github.qmpjunit.qmp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.qmpjunit.json.JsonValues;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Whatever bytes arrive, the outcome is a message or a {@link QmpProtocolException}, or the end of the stream.
 *
 * <p>The build replays the inputs that are kept beside this class as plain parameters. Jazzer itself runs in {@code scripts/check/fuzz}
 * only (its tag is excluded here): its agent would instrument every class of the JVM in which all the other tests run.
 */
class MessageReaderFuzzTest {

    private static final QmpLimits LIMITS =
            QmpLimits.defaults().withMessageBytes(2000).withNesting(50).withNumberLength(100);

    @FuzzTest
    void whatever_bytes_arrive(byte[] bytes) throws IOException {
        assertOrderlyOutcome(bytes);
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void the_inputs_that_are_kept(Path input) throws IOException {
        assertOrderlyOutcome(Files.readAllBytes(input));
    }

    static List<Path> inputs() throws IOException, URISyntaxException {
        URL directory = requireNonNull(
                MessageReaderFuzzTest.class.getResource("MessageReaderFuzzTestInputs/whatever_bytes_arrive"));
        try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
            return files.sorted().toList();
        }
    }

    private static void assertOrderlyOutcome(byte[] bytes) throws IOException {
        String whole = outcome(new ByteArrayInputStream(bytes));
        String inPieces = outcome(new InPieces(bytes));

        assertThat(inPieces)
                .as("the outcome does not depend on how the bytes arrive")
                .isEqualTo(whole);
    }

    private static String outcome(InputStream stream) throws IOException {
        StringBuilder outcome = new StringBuilder();
        MessageReader reader = new MessageReader(stream, LIMITS);
        try {
            for (JsonNode message = reader.next(); message != null; message = reader.next()) {
                use(message);
                outcome.append(message).append('\n');
            }
            return outcome + "END";
        } catch (QmpProtocolException | EOFException e) {
            return outcome + "refused";
        }
    }

    /** What arrives is compared and printed, so that must not fail either. */
    private static void use(JsonNode message) {
        assertThat(message.isObject()).isTrue();
        assertThat(JsonValues.equal(message, message)).isTrue();
        assertThat(JsonValues.brief(message)).startsWith("{");
        assertThat(JsonValues.excerpt(message)).hasSizeLessThan(1010);
    }

    private static final class InPieces extends ByteArrayInputStream {

        InPieces(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] buffer, int offset, int length) {
            return super.read(buffer, offset, Math.min(length, 1 + pos % 7));
        }
    }
}
