package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Members with dots in their names, and values that are no objects. */
@QemuTest
@Vm(
        machine = "q35",
        args = {"-m", "16", "-accel", "tcg", "-S"})
class AddressedValuesTest {

    private static final QmpCommand EXPANSION =
            QmpCommand.of("query-cpu-model-expansion", Map.of("type", "full", "model", Map.of("name", "max")));

    private static final QmpCommand TYPE = QmpCommand.of("qom-get", Map.of("path", "/machine", "property", "type"));

    @Test
    void a_name_with_dots_stands_in_brackets(QmpClient qmp) {
        assertThat(qmp).executing(EXPANSION).returns("model.props[\"sse4.1\"]", true);
        assertThat(qmp).awaitReply(EXPANSION).with("model.props['sse4.1']", true);
        assertThatThrownBy(() -> assertThat(qmp).executing(EXPANSION).returns("model.props.sse4.1", true))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("but there is nothing at model.props.sse4.1")
                .hasMessageContaining("write model.props[\"sse4.1\"]");
    }

    @Test
    void the_value_itself_can_be_asked_for(QmpClient qmp) {
        assertThat(qmp).executing(TYPE).returnsValue("pc-q35-%s-machine".formatted(version(qmp)));
        assertThat(qmp).awaitReply(TYPE).withValue("pc-q35-%s-machine".formatted(version(qmp)));
        assertThatThrownBy(() -> assertThat(qmp).executing(TYPE).returnsValue("none"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to return \"none\"")
                .hasMessageContaining("but it is \"pc-q35-");
    }

    private static String version(QmpClient qmp) {
        return qmp.greeting().version().major() + "." + qmp.greeting().version().minor();
    }
}
