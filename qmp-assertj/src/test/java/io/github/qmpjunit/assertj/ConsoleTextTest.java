package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static io.github.qmpjunit.assertj.QmpAssertions.containing;
import static io.github.qmpjunit.assertj.QmpAssertions.exactly;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is shown is what is matched. */
class ConsoleTextTest {

    private static final String COLOURED = "  Starting it\r[\u001B[0;32m  OK  \u001B[0m] Reached target\r\n";

    @Test
    void lines_are_matched_as_a_person_sees_them() {
        try (QemuMachine vm = QemuMachine.builder()
                .machine("q35")
                .paused()
                .console("com1")
                .qtest()
                .start()) {
            COLOURED.chars().forEach(letter -> vm.qtest().outb(0x3f8, letter));

            assertThat(vm.console())
                    .awaitLine(containing("Starting it"))
                    .awaitLine(containing("[  OK  ] Reached"))
                    .awaitRaw(containing("[0;32m  OK  "));
            COLOURED.chars().forEach(letter -> vm.qtest().outb(0x3f8, letter));
            assertThat(vm.console()).awaitLine(exactly("[  OK  ] Reached target"));
            assertThatThrownBy(() -> assertThat(vm.console())
                            .within(Duration.ofMillis(20))
                            .awaitRaw(containing("[  OK  ]")))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("%nExpecting a raw text containing \"[  OK  ]\", but:%n".formatted());
        }
    }
}
