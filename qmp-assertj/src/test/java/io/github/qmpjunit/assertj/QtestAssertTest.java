package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.qtest.Qtest;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** The hardware of a real QEMU. */
class QtestAssertTest {

    private static final int COM1 = 0x3f8;

    private final QemuMachine vm =
            QemuMachine.builder().machine("pc").paused().qtest().console("com1").start();
    private final Qtest qtest = vm.qtest();

    @AfterEach
    void close() {
        vm.close();
    }

    @Test
    void memory() {
        qtest.write(0x1000, new byte[] {(byte) 0xde, (byte) 0xad, 1});

        assertThat(qtest).hasMemory(0x1000, 0xde, 0xad, 1).hasMemory(0x1001, 0xad);
        AssertionFailedError failure = catchThrowableOfType(
                AssertionFailedError.class,
                () -> assertThat(qtest).as("the mark").hasMemory(0x1000, 0xde, 0xad, 2));
        assertThat(failure).hasMessage("""
                [the mark]\s
                Expecting memory at 0x1000:
                  to be de ad 02
                but it is de ad 01""");
        assertThat(failure.getActual().getValue()).isEqualTo("de ad 01");
        assertThat(failure.getStackTrace()[0].getClassName()).isEqualTo(QtestAssertTest.class.getName());
    }

    @Test
    void ports() {
        qtest.outb(COM1 + 7, 0x5a); // the scratch register

        assertThat(qtest).hasPort(COM1 + 7, 0x5a).hasPort(COM1 + 7, 0x5a);
        assertThatThrownBy(() -> assertThat(qtest).hasPort(COM1 + 7, 5))
                .isInstanceOf(AssertionError.class)
                .hasMessage("%nExpecting port 0x3ff:%n  to be 05%nbut it is 5a".formatted());
    }

    @Test
    void interrupts() {
        qtest.interceptIrqsInto("ioapic");
        qtest.outb(COM1 + 4, 0x08); // OUT2 lets the line through
        qtest.outb(COM1 + 1, 0x02); // an interrupt when the transmitter is empty: it is

        assertThat(qtest).within(Duration.ofSeconds(20)).awaitIrqRaised(4);
        qtest.outb(COM1 + 1, 0);
        assertThat(qtest).within(Duration.ofSeconds(20)).awaitIrqLowered(4);
        assertThatThrownBy(() -> assertThat(qtest).within(Duration.ofMillis(20)).awaitIrqRaised(11))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "%nExpecting interrupt line 11:%n  to be raised%nbut:%n  No IRQ raise 11 within 20 ms; seen: "
                                .formatted());
        assertThatThrownBy(() -> assertThat(qtest).within(Duration.ofMillis(20)).awaitIrqLowered(11))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to be lowered\nbut:\n  No IRQ lower 11");
    }

    @Test
    void what_must_be_given_is_named_where_it_is_not() {
        assertThatThrownBy(() -> assertThat(qtest).hasMemory(0, (int[]) null)).hasMessage("bytes must not be null");
        assertThatThrownBy(() -> assertThat(qtest).within(null)).hasMessage("newTimeout must not be null");
        assertThatThrownBy(() -> assertThat((Qtest) null).hasPort(0, 0))
                .hasMessageContaining("Expecting actual not to be null");
    }
}
