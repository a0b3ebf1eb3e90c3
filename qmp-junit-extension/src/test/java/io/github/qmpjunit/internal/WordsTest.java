package io.github.qmpjunit.internal;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.guest.GuestProgram;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WordsTest {

    private static Stream<ThrowingCallable> settings() {
        return Stream.of(
                () -> QemuMachine.builder().args("-append", "secret\0more"),
                () -> QemuMachine.builder().name("secret\0"),
                () -> QemuMachine.builder().binary("secret\0"),
                () -> QemuMachine.builder().machine("secret\0"),
                () -> QemuMachine.builder().cpu("secret\0"),
                () -> QemuMachine.builder().memory("secret\0"),
                () -> QemuMachine.builder().accelerators("secret\0"),
                () -> QemuMachine.builder().console("secret\0"),
                () -> QemuMachine.builder().prefix("nice", "secret\0"),
                () -> QemuMachine.builder().environment("A", "secret\0"),
                () -> QemuMachine.builder().environment("secret\0", "b"),
                () -> QemuMachine.builder().device("secret\0", Map.of()),
                () -> QemuMachine.builder().blockNode(Map.of("driver", "file", "filename", "secret\0")),
                () -> QemuMachine.builder().object("secret", Map.of("id", "s", "data", "secret\0")),
                () -> StorageDaemon.builder().args("secret\0"),
                () -> StorageDaemon.builder().name("secret\0"),
                () -> StorageDaemon.builder().binary("secret\0"),
                () -> LaunchPrefix.remoteShell("ssh", "secret\0"),
                () -> GuestProgram.of("secret\0"),
                () -> GuestProgram.of("ls").withEnvironment("A", "secret\0"));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void a_nul_is_refused_where_it_is_set_and_what_is_around_it_is_not_told(ThrowingCallable setting) {
        assertThatIllegalArgumentException()
                .isThrownBy(setting)
                .withMessageContaining("has the character NUL at index ")
                .withMessageNotContaining("secret\0");
    }

    @Test
    void a_variables_name_with_an_equals_sign_is_refused_without_its_value() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QemuMachine.builder().environment("TOKEN=secret", "x"))
                .withMessage(
                        "An environment variable cannot be called \"TOKEN=...\": a name is not empty and has no \"=\"."
                                + " Pass name and value apart: environment(\"NAME\", \"value\")");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QemuMachine.builder().environment("", "x"))
                .withMessageContaining("cannot be called \"\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GuestProgram.of("ls").withEnvironment("A=B", "x"))
                .withMessageContaining("cannot be called \"A=...\"");
    }

    @Test
    void of_several_arguments_with_one_that_is_wrong_none_is_added() {
        var builder = QemuMachine.builder().args("-S");

        assertThatIllegalArgumentException().isThrownBy(() -> builder.args("-fine", "not\0fine"));

        org.assertj.core.api.Assertions.assertThat(builder.arguments())
                .contains("-S")
                .doesNotContain("-fine");
    }
}
