package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qmp.QmpVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionRangeTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [8.1,)          | 8.1.0   | true
            [8.1,)          | 8.0.9   | false
            (8.1,)          | 8.1.0   | false
            (8.1,)          | 8.1.1   | true
            [7.2,9.0)       | 8.9.9   | true
            [7.2,9.0)       | 9.0.0   | false
            (,9.0]          | 9.0.0   | true
            (,9.0]          | 9.0.1   | false
            [7.2.22]        | 7.2.22  | true
            [7.2.22]        | 7.2.21  | false
            [7,8), [9.1,10) | 9.1.3   | true
            [7,8), [9.1,10) | 8.5.0   | false
            ''              | 1.2.3   | true
            """)
    void contains_what_Maven_says_it_does(String range, String version, boolean expected) {
        String[] parts = version.split("\\.", -1);
        QmpVersion asked = new QmpVersion(
                Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), "Debian");

        assertThat(VersionRange.parse(range).contains(asked)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.1", "[8.1", "[]", "[8.1,9,10)", ">= 8", "[8.1.2.3,)", "[8..1,)", "[8,),", "[8,)[9,)"})
    void anything_else_is_refused_with_an_example(String text) {
        assertThatThrownBy(() -> VersionRange.parse(text))
                .hasMessage(
                        "\"" + text
                                + "\" is no range of versions; write \"[8.1,)\" for 8.1 and later, \"[7.2,9.0)\" for 7.2 and later but before 9.0");
    }

    @Test
    void an_open_interval_has_no_ends() {
        assertThat(VersionRange.parse("(,)").contains(new QmpVersion(99, 0, 0, "")))
                .isTrue();
    }
}
