package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qmp.QmpTranscript;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Whatever a file may be called, QEMU gets that name: no shell and no option's comma comes in between. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class OddNamesTest {

    @TempDir
    private Path dir;

    static String[] names() {
        return new String[] {
            "with space",
            " begins and ends with one ",
            "quo'tes \"both\" `back`",
            "comma,one,,two,,,three,",
            "file,offset=4",
            "file,id=other,driver=nonsense",
            "new\nline\tand tab",
            "$(touch x);|&<>*?[a]~!#",
            "back\\slash\\n",
            "per%20cent",
            "json:{\"driver\":\"null-co\"}",
            "a=b,c=on",
            "\u00fcml\u00e4ut-\u65e5\u672c-\ud83d\udc27",
        };
    }

    private Path file(String name) throws IOException {
        // Java cannot even name such a file where the system's locale has no such characters.
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        assumeTrue(Charset.forName(encoding).newEncoder().canEncode(name), "a locale with " + encoding);
        return Files.write(dir.resolve(name), new byte[1024]);
    }

    @ParameterizedTest
    @MethodSource("names")
    void of_disks(String name) throws IOException {
        Path image = file(name);
        try (QemuMachine vm = QemuMachine.builder()
                .blockNode(Map.of("driver", "file", "filename", image, "node-name", "plain"))
                .blockNode(Map.of(
                        "driver", "raw", "node-name", "nested", "file", Map.of("driver", "file", "filename", image)))
                .start()) {
            vm.qmp()
                    .execute(
                            "blockdev-add",
                            Map.of("driver", "file", "filename", image, "node-name", "added", "read-only", true));

            for (JsonNode node : vm.qmp().execute("query-named-block-nodes")) {
                String shown = node.path("file").asString();
                assertThat(shown.equals(image.toString()) || shown.contains("\"filename\""))
                        .as(shown)
                        .isTrue();
                assertThat(node.at("/image/virtual-size").asLong()).isEqualTo(1024);
            }
        }
        assertThat(dir.resolve("x")).doesNotExist();
    }

    @ParameterizedTest
    @MethodSource("names")
    void of_other_files(String name) throws IOException {
        Path folder = Files.createDirectory(dir.resolve("folder"));
        Path secret = Files.writeString(file(name), "hunter-22");
        try (QemuMachine vm = QemuMachine.builder()
                .object("secret", Map.of("id", "s0", "file", secret))
                .chardev("file", Map.of("id", "c0", "path", folder.resolve(name)))
                .transcript(() -> QmpTranscript.to(folder.resolve(name + ".jsonl")))
                .workingDirectory(folder)
                .start()) {
            assertThat(vm.qmp().execute("query-chardev").findValuesAsString("filename"))
                    .contains("file");
        }
        assertThat(folder.resolve(name)).exists();
        assertThat(folder.resolve(name + ".jsonl")).isNotEmptyFile();
    }

    @ParameterizedTest
    @MethodSource("names")
    void of_states(String name) throws IOException {
        Path state = file(name);
        QemuMachineBuilder pc =
                QemuMachine.builder().machine("pc").memory("16M").qtest();
        try (QemuMachine vm = pc.start()) {
            vm.saveState(state);
        }
        assertThat(Files.size(state)).isGreaterThan(1024);
        try (QemuMachine vm = QemuMachine.builder()
                .machine("pc")
                .memory("16M")
                .qtest()
                .incoming()
                .start()) {
            vm.loadState(state);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void of_qemu_itself(String name) throws IOException {
        Path program = dir.resolve("folder " + name.replace("/", ""));
        file("unused" + name);
        Files.createSymbolicLink(program, QemuBinary.find(null));

        try (QemuMachine vm = QemuMachine.builder().binary(program).start()) {
            assertThat(vm.commandLine()).startsWith(program.toString());
        }
        Files.delete(program); // else JUnit warns of a link that leads out of the temp folder
    }

    /** What tells another JVM where to work decides what all its sockets are called. */
    @Test
    void of_the_temp_folder() throws Exception {
        Path temp = Files.createTempDirectory(Path.of("/tmp"), "o d,d,,'\"");
        try {
            Process other = OtherJvm.start(temp, OddFolder.class);
            assertThat(OtherJvm.firstLine(other)).isEqualTo("all of it works");
            assertThat(other.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(other.exitValue()).isZero();
            assertThat(temp).isEmptyDirectory();
        } finally {
            Files.deleteIfExists(temp);
        }
    }
}
