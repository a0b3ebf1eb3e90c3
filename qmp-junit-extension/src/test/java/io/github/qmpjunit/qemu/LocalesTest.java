package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.DeadlineTest;
import io.github.qmpjunit.qemu.faults.FaultsTest;
import io.github.qmpjunit.qemu.process.CommandLineTest;
import io.github.qmpjunit.qemu.qtest.QtestTest;
import io.github.qmpjunit.qemu.state.MigrationTest;
import io.github.qmpjunit.qemu.state.SnapshotTest;
import io.github.qmpjunit.qemu.state.StateFileTest;
import io.github.qmpjunit.qmp.MessageReaderTest;
import io.github.qmpjunit.qmp.QmpEventListenerTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is sent to QEMU, and the exact texts of messages, are the same whatever the JVM's locale, time zone and default charset:
 * Arabic and Persian have digits of their own, Turkish an i without a dot.
 */
class LocalesTest {

    private static final List<Class<?>> CLASSES = List.of(
            FaultsTest.class,
            QtestTest.class,
            MigrationTest.class,
            StateFileTest.class,
            StorageDaemonBuilderTest.class,
            QemuMachineBuilderTest.class,
            CommandLineTest.class,
            MessageReaderTest.class,
            QmpEventListenerTest.class,
            DeadlineTest.class);

    private static final List<String> SNAPSHOTS = List.of(
            "a_machine_without_guest_goes_back_too_and_stays_paused_if_it_was", "a_deleted_snapshot_cannot_be_loaded");

    @ParameterizedTest
    @CsvSource({"ar,EG,Asia/Kathmandu,UTF-8", "fa,IR,Asia/Tehran,ISO-8859-1", "tr,TR,UTC,US-ASCII"})
    @Timeout(300) // a whole suite, beside this one
    void every_text_is_the_same(String language, String country, String zone, String charset, @TempDir Path temp)
            throws IOException {
        List<String> options = new ArrayList<>(List.of(
                "-Duser.language=" + language,
                "-Duser.country=" + country,
                "-Duser.timezone=" + zone,
                "-Dfile.encoding=" + charset));
        System.getProperties().stringPropertyNames().stream()
                .filter(key -> key.startsWith("qmpjunit."))
                .map(key -> "-D" + key + "=" + System.getProperty(key))
                .forEach(options::add);
        String[] tests = Stream.concat(
                        CLASSES.stream().map(Class::getName),
                        SNAPSHOTS.stream().map(method -> SnapshotTest.class.getName() + "#" + method))
                .toArray(String[]::new);

        Process jvm = OtherJvm.start(temp, options, TestRun.class, tests);

        assertThat(new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .matches("\\d\\d+ passed\n");
    }
}
