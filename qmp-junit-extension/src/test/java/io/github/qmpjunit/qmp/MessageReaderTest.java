package io.github.qmpjunit.qmp;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.json.JsonValues;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

public class MessageReaderTest {

    private static final QmpLimits SMALL =
            QmpLimits.defaults().withMessageBytes(1000).withNesting(5).withNumberLength(10);

    @Test
    void many_messages_in_one_read() throws IOException {
        assertThat(readAll("{\"a\":1}\r\n{\"b\":2}{\"c\":3}\n\n  {\"d\":4}"))
                .extracting(JsonNode::toString)
                .containsExactly("{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}");
    }

    @Test
    void one_message_byte_by_byte() throws IOException {
        String text = "{\"return\": {\"ü\": \"€ 😀 \\ud83d\\ude00\"}}\r\n";

        assertThat(readAll(new OneByteAtATime(text.getBytes(UTF_8)), QmpLimits.defaults()))
                .singleElement()
                .satisfies(message ->
                        assertThat(message.path("return").path("ü").asString()).isEqualTo("€ 😀 😀"));
    }

    @Test
    void a_message_is_handed_out_before_the_next_byte_arrives() throws IOException {
        InputStream stream = new OneByteAtATime("{\"a\":1}".getBytes(UTF_8)) {
            @Override
            void exhausted() {
                throw new AssertionError("the reader wanted more than the message");
            }
        };

        assertThat(new MessageReader(stream, SMALL).next()).hasToString("{\"a\":1}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void pretty_printed_with_any_line_end(String lineEnd) throws IOException {
        String text = "{\n    \"QMP\": {\n        \"capabilities\": [\n        ]\n    }\n}\n".replace("\n", lineEnd);

        assertThat(readAll(text)).extracting(JsonNode::toString).containsExactly("{\"QMP\":{\"capabilities\":[]}}");
    }

    @Test
    void an_empty_stream_has_no_message() throws IOException {
        assertThat(readAll("")).isEmpty();
        assertThat(readAll(" \r\n ")).isEmpty();
    }

    @Test
    void a_string_of_100_MB_arrives_by_default() throws IOException {
        byte[] bytes = new byte[100_000_100];
        Arrays.fill(bytes, (byte) 'x');
        byte[] head = "{\"return\":\"".getBytes(UTF_8);
        System.arraycopy(head, 0, bytes, 0, head.length);
        bytes[bytes.length - 2] = '"';
        bytes[bytes.length - 1] = '}';

        JsonNode message = new MessageReader(new ByteArrayInputStream(bytes), QmpLimits.defaults()).next();

        assertThat(message.path("return").asString()).hasSize(bytes.length - head.length - 2);
    }

    @Test
    void a_name_of_100_kB_arrives_by_default() throws IOException {
        assertThat(readAll("{\"%s\":1}".formatted("n".repeat(100_000)))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1, 2", "\"text\"", "17 ", "true ", "null "})
    void what_is_no_object_is_refused_at_once(String text) {
        assertThatThrownBy(() -> readAll("{}\n" + text))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessageStartingWith("Expected a JSON object, but the peer sent ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"a\":}", "{\"a\" 1}", "{,}", "{\"a\":1,}", "{'a':1}", "{\"a\":01}", "{\"a\":NaN}", "{]", "}"})
    void what_is_no_json_is_refused(String text) {
        assertThatThrownBy(() -> readAll("{}" + text + "\n"))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessageStartingWith("The peer sent something that is not JSON: ");
    }

    @Test
    void whoever_is_no_QMP_server_is_found_out_with_the_first_byte() {
        assertThatThrownBy(() -> readAll("SSH-2.0-OpenSSH_9.2\r\n"))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessage(
                        "Expected a JSON object to begin with, but the peer sent \"SSH-2.0-OpenSSH_9.2\\x0D\\x0A\"; is it a QMP server?");
    }

    @Test
    void a_byte_order_mark_is_refused() {
        assertThatThrownBy(() -> readAll("\uFEFF{}"))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessageContaining("\"\\xEF\\xBB\\xBF{}\"");
        assertThatThrownBy(() -> readAll("{}\uFEFF{}")).isInstanceOf(QmpProtocolException.class);
    }

    @Test
    void UTF_16_and_UTF_32_are_refused() {
        for (Charset charset : List.of(UTF_16BE, UTF_16LE, Charset.forName("UTF-32BE"), Charset.forName("UTF-32LE"))) {
            for (String text : List.of("{\"a\":1}", "\uFEFF{\"a\":1}")) {
                assertThatThrownBy(() -> readAll(new ByteArrayInputStream(text.getBytes(charset)), SMALL))
                        .as("%s in %s", text, charset)
                        .isInstanceOf(QmpProtocolException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"\0\"}", "{\0}", "\0{}", "{}\0{}"})
    void zero_bytes_are_refused(String text) {
        assertThatThrownBy(() -> readAll(text)).isInstanceOf(QmpProtocolException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80",
                "BF",
                "C0 80",
                "C1 BF",
                "C3 28",
                "C3 22",
                "E0 80 80",
                "E0 9F BF",
                "ED A0 80",
                "ED BF BF",
                "E2 82 22",
                "F0 80 80 80",
                "F0 8F BF BF",
                "F4 90 80 80",
                "F5 80 80 80",
                "F8 88 80 80 80",
                "FE",
                "FF"
            })
    void malformed_UTF_8_is_refused_after_the_messages_in_front_of_it(String hex) throws IOException {
        byte[] bytes = "{\"a\":1}\n{\"b\":\"?????\"}\n".getBytes(UTF_8);
        byte[] malformed = HexFormat.ofDelimiter(" ").parseHex(hex);
        System.arraycopy(malformed, 0, bytes, 14, malformed.length);
        MessageReader reader = new MessageReader(new ByteArrayInputStream(bytes), SMALL);

        assertThat(reader.next()).hasToString("{\"a\":1}");
        assertThatThrownBy(reader::next)
                .isInstanceOf(QmpProtocolException.class)
                .hasMessageMatching(
                        "The peer sent something that is not UTF-8: found 0x[0-9A-F]{2} at byte 1[4-7] of the connection");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0080", "\u07FF", "\u0800", "\uD7FF", "\uE000", "\uFFFF", "\uD800\uDC00", "\uDBFF\uDFFF"})
    void UTF_8_at_its_bounds_is_read(String character) throws IOException {
        assertThat(readAll("{\"a\":\"%s\"}".formatted(character)))
                .singleElement()
                .satisfies(message -> assertThat(message.path("a").asString()).isEqualTo(character));
    }

    @Test
    void two_values_under_one_name_are_refused() {
        assertThatThrownBy(() -> readAll("{\"return\":1,\"return\":2}"))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessageContaining("return");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"",
                "{\"a",
                "{\"a\":",
                "{\"a\":\"\\",
                "{\"a\":\"\\u1",
                "{\"a\":tr",
                "{\"a\":1",
                "{\"a\":[",
                "{\"a\":\"\u00e9"
            })
    void a_stream_that_ends_within_a_message_is_an_end_and_no_violation(String text) {
        assertThatThrownBy(() -> readAll("{}" + text))
                .isInstanceOf(EOFException.class)
                .hasMessage("the peer closed it in the middle of a message");
    }

    @Test
    void a_message_of_just_the_limit_passes_and_one_more_byte_does_not() throws IOException {
        String fits = "{\"a\":\"%s\"}".formatted("x".repeat(992));
        assertThat(fits).hasSize(1000);

        assertThat(readAll(stream((fits + "\n").repeat(3)), SMALL)).hasSize(3);
        assertThatThrownBy(() -> readAll(stream(fits + "\n" + fits.replace(":\"x", ":\"xx")), SMALL))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessage(
                        "The peer sent a message of more than 1,000 bytes, which is the limit messageBytes; if that is intended, raise it with QmpClient.builder().limits(QmpLimits.defaults().withMessageBytes(...))");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"", "{\"a\":", "{\"a\":1", "{\"", "{\"a\":[[],", "{\"a\": \r\n"})
    void a_message_that_never_ends_is_refused_at_the_limit(String beginning) {
        Endless endless = new Endless(beginning);

        assertThatThrownBy(() -> readAll(endless, SMALL.withNumberLength(1 << 20)))
                .isInstanceOf(QmpProtocolException.class);
        assertThat(endless.delivered).isLessThan(20_000);
    }

    @Test
    void nesting_beyond_the_limit_is_refused() throws IOException {
        assertThat(readAll(stream("{\"a\":[[[[]]]]}"), SMALL)).hasSize(1);
        assertThatThrownBy(() -> readAll(stream("{\"a\":[[[[[]]]]]}"), SMALL))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessageStartingWith(
                        "The peer sent a message nested deeper than 5 levels, which is the limit nesting")
                .hasMessageContaining("QmpLimits.defaults().withNesting(...)");
    }

    @Test
    void nesting_of_a_million_levels_overflows_nothing() {
        assertThatThrownBy(() -> readAll("{\"a\":" + "[".repeat(1_000_000)))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessageContaining("1,024 levels, which is the most that QEMU reads or writes");
    }

    @Test
    void the_deepest_tree_that_can_be_allowed_can_be_walked() throws IOException {
        String text = "{\"a\":%s%s}".formatted("[".repeat(1023), "]".repeat(1023));

        JsonNode message = readAll(text).get(0);

        assertThat(Json.print(message)).isEqualTo(text); // its own toString() goes no deeper than 500
        assertThat(JsonValues.brief(message)).hasSize(text.length() - 1);
        assertThat(JsonValues.equal(message, message.deepCopy())).isTrue();
    }

    @Test
    void a_number_beyond_the_limit_is_refused() throws IOException {
        assertThat(readAll(stream("{\"a\":1234567890}"), SMALL)).hasSize(1);
        assertThatThrownBy(() -> readAll(stream("{\"a\":12345678901}"), SMALL))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessageStartingWith(
                        "The peer sent a number of more than 10 characters, which is the limit numberLength")
                .hasMessageContaining("QmpLimits.defaults().withNumberLength(...)");
    }

    @Test
    void limits_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> SMALL.withMessageBytes(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The limit messageBytes is at least 1, but found 0");
        assertThatThrownBy(() -> SMALL.withNesting(1025))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 1024");
        assertThatThrownBy(() -> SMALL.withNumberLength(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_excerpt_has_a_bounded_length() throws IOException {
        String longText = "x".repeat(10_000);
        for (String text : List.of(
                "{\"a\":\"%s\"}".formatted(longText),
                "{\"%s\":1}".formatted(longText),
                "{\"a\":[%s1]}".formatted("1,".repeat(10_000)))) {
            assertThat(JsonValues.excerpt(readAll(text).get(0))).hasSize(1003).endsWith("...");
        }
        assertThat(JsonValues.excerpt(readAll("{\"a\":[1,{\"b\":null}]}").get(0)))
                .isEqualTo("{a: [1, {b: null}]}");
    }

    private static List<JsonNode> readAll(String text) throws IOException {
        return readAll(stream(text), QmpLimits.defaults());
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static List<JsonNode> readAll(InputStream stream, QmpLimits limits) throws IOException {
        MessageReader reader = new MessageReader(stream, limits);
        List<JsonNode> messages = new ArrayList<>();
        for (JsonNode message = reader.next(); message != null; message = reader.next()) {
            messages.add(message);
        }
        return messages;
    }

    private static class OneByteAtATime extends InputStream {

        private final byte[] bytes;
        private int next;

        OneByteAtATime(byte[] bytes) {
            this.bytes = bytes;
        }

        void exhausted() {}

        @Override
        public int read() {
            if (next == bytes.length) {
                exhausted();
                return -1;
            }
            return bytes[next++] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            int b = read();
            if (b < 0) {
                return -1;
            }
            buffer[offset] = (byte) b;
            return 1;
        }
    }

    /** Begins with a text and goes on with its last character for ever. */
    private static final class Endless extends InputStream {

        private final byte[] beginning;
        private int delivered;

        Endless(String beginning) {
            this.beginning = beginning.getBytes(UTF_8);
        }

        @Override
        public int read() {
            return beginning[Math.min(delivered++, beginning.length - 1)];
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                buffer[i] = (byte) read();
            }
            return length;
        }
    }
}
