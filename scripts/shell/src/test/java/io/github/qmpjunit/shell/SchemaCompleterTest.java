package io.github.qmpjunit.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.QemuMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jline.reader.Candidate;
import org.jline.reader.Parser.ParseContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Tab offers, by a real QEMU's schema. */
class SchemaCompleterTest {

    private static QemuMachine vm;

    @BeforeAll
    static void start() {
        vm = QemuMachine.builder().start();
    }

    @AfterAll
    static void stop() {
        vm.close();
    }

    private static List<String> offered(String line) {
        List<Candidate> candidates = new ArrayList<>();
        new SchemaCompleter(() -> Optional.of(vm.qmp().schema()))
                .complete(null, new Prompt.Words(false).parse(line, line.length(), ParseContext.COMPLETE), candidates);
        return candidates.stream().map(Candidate::value).toList();
    }

    @Test
    void a_command_comes_first() {
        assertThat(offered("query-st")).contains("query-status", "blockdev-add", "quit");
    }

    @Test
    void then_its_arguments_unless_they_stand_there_already() {
        assertThat(offered("job-dismiss ")).containsExactly("id=");
        assertThat(offered("job-dismiss id=job0 ")).isEmpty();
        assertThat(offered("no-such-command ")).isEmpty();
    }

    @Test
    void a_tag_opens_the_way_to_its_variant_only() {
        assertThat(offered("blockdev-add driver=qcow2 ")).contains("node-name=", "file=", "file.", "lazy-refcounts=");
        assertThat(offered("blockdev-add driver=qcow2 ")).doesNotContain("driver=", "filename=");
        assertThat(offered("blockdev-add driver=qcow2 file.driver=file file.")).contains("file.filename=");
        assertThat(offered("blockdev-add driver=qcow2 file.driver=file file.")).doesNotContain("file.driver=");
    }

    @Test
    void values_of_enumerations_and_booleans() {
        assertThat(offered("blockdev-add driver=qc")).contains("driver=qcow2", "driver=file");
        assertThat(offered("blockdev-add file.driver=")).contains("file.driver=qcow2");
        assertThat(offered("blockdev-add read-only=")).containsExactly("read-only=true", "read-only=false");
        assertThat(offered("blockdev-add node-name=")).isEmpty();
    }
}
