package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpCommand;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Whoever asserts something of a secret must not read it in the failure. */
class MaskingTest {

    @Test
    void failures_show_no_secrets() {
        try (QemuMachine vm = QemuMachine.builder().start()) {
            Map<String, String> add = Map.of("qom-type", "secret", "id", "s0", "data", "hunter-22");
            Map<String, String> data = Map.of("path", "/objects/s0", "property", "data");
            assertThat(vm).executing("object-add", add).succeeds();

            assertMasked(() -> assertThat(vm).executing("object-add", add).succeeds());
            assertMasked(() -> assertThat(vm).executing("qom-get", data).failsWith("GenericError"));
            assertMasked(() -> assertThat(vm)
                    .within(Duration.ofMillis(50))
                    .awaitReply(QmpCommand.of("qom-get", data))
                    .withMatching("nothing", reply -> reply.asString().isEmpty()));
            assertMasked(() -> assertThat(vm)
                    .within(Duration.ofMillis(50))
                    .awaitEvent("STOP")
                    .withData("why", "hunter-22"));
        }
    }

    private static void assertMasked(ThrowingCallable assertion) {
        assertThatThrownBy(assertion)
                .isInstanceOf(AssertionError.class)
                .message()
                .isNotEmpty()
                .doesNotContain("hunter");
    }
}
