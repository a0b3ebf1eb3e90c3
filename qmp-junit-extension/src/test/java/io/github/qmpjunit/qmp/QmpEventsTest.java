package io.github.qmpjunit.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class QmpEventsTest {

    @Test
    void the_source_is_what_the_generator_makes_of_the_schema_data() throws IOException {
        assertThat(withoutSpace(Files.readString(QmpEventsGenerator.SOURCE)))
                .as("run scripts/update/events instead of editing QmpEvents")
                .isEqualTo(withoutSpace(QmpEventsGenerator.source()));
    }

    @Test
    void there_is_a_constant_for_each_event_of_the_installed_qemu() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            Set<String> known = constants();

            assertThat(QmpEventsGenerator.eventsOf(vm.qmp(), ""))
                    .as("run scripts/update/events: this QEMU has events that QmpEvents does not have")
                    .extracting(QmpEventsGenerator.Event::name)
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(known).contains(name));
        }
    }

    /** The formatter breaks lines where the generator does not. */
    private static String withoutSpace(String source) {
        return source.replaceAll("[\\s*]+", " ").replace("( ", "(");
    }

    private static Set<String> constants() {
        return Stream.of(QmpEvents.class.getFields()).map(Field::getName).collect(Collectors.toSet());
    }
}
