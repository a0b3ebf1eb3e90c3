package io.github.qmpjunit.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a line means, without and with a schema. */
class LineParserTest {

    private final LineParser guessing = new LineParser(Optional::empty);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            c                            | {"execute":"c"}
            ` c `                        | {"execute":"c"}
            c a=b                        | {"execute":"c","arguments":{"a":"b"}}
            c a=                         | {"execute":"c","arguments":{"a":""}}
            c a=x=y                      | {"execute":"c","arguments":{"a":"x=y"}}
            c  a=1   b=-2                | {"execute":"c","arguments":{"a":1,"b":-2}}
            c a=1.50                     | {"execute":"c","arguments":{"a":1.50}}
            c a=18446744073709551615     | {"execute":"c","arguments":{"a":18446744073709551615}}
            c a=0x10                     | {"execute":"c","arguments":{"a":"0x10"}}
            c a=true b=false d=null      | {"execute":"c","arguments":{"a":true,"b":false,"d":null}}
            c a=on                       | {"execute":"c","arguments":{"a":"on"}}
            c a="1" b="two words"        | {"execute":"c","arguments":{"a":"1","b":"two words"}}
            c a={"b": [1, "x y"]} d=2    | {"execute":"c","arguments":{"a":{"b":[1,"x y"]},"d":2}}
            c a=[1, {"b": "]"}]          | {"execute":"c","arguments":{"a":[1,{"b":"]"}]}}
            c a.b.c=1 a.b.d=2 a.e=x      | {"execute":"c","arguments":{"a":{"b":{"c":1,"d":2},"e":"x"}}}
            c a={"b": 1} a.c=2           | {"execute":"c","arguments":{"a":{"b":1,"c":2}}}
            {"exec-oob": "c"}            | {"exec-oob":"c"}
            """)
    void without_a_schema_values_are_what_they_look_like(String line, String command) {
        assertThat(guessing.parse(line)).hasToString(command);
    }

    @Test
    void the_schema_knows_better_what_a_value_is() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            QmpSchema schema = vm.qmp().schema();
            LineParser knowing = new LineParser(() -> Optional.of(schema));

            assertThat(knowing.parse("blockdev-add driver=qcow2 node-name=1 read-only=on file=2 backing=null"))
                    .hasToString(
                            "{\"execute\":\"blockdev-add\",\"arguments\":{\"driver\":\"qcow2\",\"node-name\":\"1\","
                                    + "\"read-only\":true,\"file\":\"2\",\"backing\":null}}");
            assertThat(knowing.parse("blockdev-add driver=raw size=1 file.driver=file file.filename=true"))
                    .hasToString("{\"execute\":\"blockdev-add\",\"arguments\":{\"driver\":\"raw\",\"size\":1,"
                            + "\"file\":{\"driver\":\"file\",\"filename\":\"true\"}}}");
            assertThat(knowing.parse("device_add driver=edu id=7 dma_mask=7"))
                    .hasToString(
                            "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"edu\",\"id\":\"7\",\"dma_mask\":7}}");
            assertThat(knowing.parse("no-such-command id=7"))
                    .hasToString("{\"execute\":\"no-such-command\",\"arguments\":{\"id\":7}}");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            c word            | Expected key=value, but found "word"
            c a=1 =2          | Expected key=value, but found "=2"
            c a=b c d=e       | Expected key=value, but found "c"
            c a={"b": 1}x     | Expected a space after the JSON value of "a", but found "x"
            c a={b}           | The value of "a" is not JSON
            c a={"b": 1       | The value of "a" is not JSON
            c a=1 a=2         | "a" is given twice
            c a=1 a.b=2       | "a.b" goes into "a", which has a plain value already
            {"execute": 1}    | A command is an object with "execute"
            """)
    void what_is_wrong_is_told(String line, String message) {
        assertThatThrownBy(() -> guessing.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{", "{\"execute\":", " {\"execute\": \"c\", \"arguments\": {\"a\": 1}", "{\"execute\": \"c"})
    void an_open_brace_goes_on_in_the_next_line(String text) {
        assertThat(LineParser.isUnfinished(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "c", "c a={", "{}", "{x", "{\"execute\": \"c\"}"})
    void other_lines_do_not(String text) {
        assertThat(LineParser.isUnfinished(text)).isFalse();
    }
}
