package io.github.qmpjunit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

class ConfigurationTest {

    private static Configuration configuration(Map<String, String> parameters, Map<String, String> environment) {
        return new Configuration(
                key -> Optional.ofNullable(parameters.get(key)), key -> Optional.ofNullable(environment.get(key)));
    }

    @Test
    void the_environment_counts_where_no_parameter_does() {
        Configuration configuration = configuration(
                Map.of(ConfigurationKeys.MACHINE, "pc", ConfigurationKeys.QEMU, " "),
                Map.of(
                        "QMPJUNIT_MACHINE", "q35",
                        "QMPJUNIT_HOLD_LIMIT", "PT1M",
                        "QMPJUNIT_REJECT_DEPRECATED", "true"));

        assertThat(configuration.text(ConfigurationKeys.MACHINE)).hasValue("pc");
        assertThat(configuration.text(ConfigurationKeys.HOLD_LIMIT)).hasValue("PT1M");
        assertThat(configuration.flag(ConfigurationKeys.REJECT_DEPRECATED)).isTrue();
        assertThat(configuration.text(ConfigurationKeys.QEMU)).as("blank").isEmpty();
    }

    @Test
    void lists_words_and_choices() {
        Configuration configuration = configuration(
                Map.of("list", " a, b,,c ", "words", " -m  64\t-S", "checks", "Stderr, leftovers", "pattern", "a.c"),
                Map.of());

        assertThat(configuration.list("list")).containsExactly("a", "b", "c");
        assertThat(configuration.list("nothing")).isEmpty();
        assertThat(configuration.words("words")).containsExactly("-m", "64", "-S");
        assertThat(configuration.choices("checks", Check.class)).containsExactly(Check.STDERR, Check.LEFTOVERS);
        assertThat(configuration.choice("nothing", Missing.FAIL)).isEqualTo(Missing.FAIL);
        assertThat(configuration.flag("nothing")).isFalse();
        assertThat(configuration.patterns("pattern"))
                .extracting(Pattern::pattern)
                .containsExactly("a.c");
    }

    @Test
    void what_has_properties_keeps_them() {
        Configuration configuration = configuration(
                Map.of("accelerators", "kvm, tcg,thread=single,tb-size=64 ,hvf", "odd", "thread=single,tcg"), Map.of());

        assertThat(configuration.listWithProperties("accelerators"))
                .containsExactly("kvm", "tcg,thread=single,tb-size=64", "hvf");
        assertThat(configuration.listWithProperties("odd")).containsExactly("thread=single", "tcg");
        assertThat(configuration.listWithProperties("nothing")).isEmpty();
    }

    @Test
    void what_cannot_be_understood_is_told_with_what_can() {
        Configuration configuration = configuration(Map.of("key", "wrong"), Map.of());

        assertThatThrownBy(() -> configuration.choice("key", Scope.METHOD))
                .isInstanceOf(ExtensionConfigurationException.class)
                .hasMessage("The configuration key = \"wrong\" cannot be understood: it is one of method, class, run");
        assertThatThrownBy(() -> configuration.parsed("key", Integer::valueOf, "a number"))
                .isInstanceOf(ExtensionConfigurationException.class)
                .hasMessage("The configuration key = \"wrong\" cannot be understood: expected is a number");
    }
}
