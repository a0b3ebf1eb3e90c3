package io.github.qmpjunit.qapi.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class QapiGeneratorTest {

    @Test
    void the_types_in_the_repository_are_those_that_the_facts_give() throws IOException {
        Map<String, String> wanted = QapiGenerator.sources(QapiGenerator.facts());
        Map<String, String> found = new TreeMap<>();
        for (Path file : QapiGenerator.generated()) {
            found.put(file.toString(), Files.readString(file));
        }

        assertThat(found.keySet())
                .as("files; scripts/update/qapi --types writes them")
                .isEqualTo(wanted.keySet());
        assertThat(wanted.keySet().stream().filter(file -> !wanted.get(file).equals(found.get(file))))
                .as(
                        "files that were edited by hand, or whose facts have changed; scripts/update/qapi --types writes them")
                .isEmpty();
    }

    @Test
    void names_become_java_names_by_one_rule() {
        assertThat(Names.method("node-name")).isEqualTo("nodeName");
        assertThat(Names.method("x-perf")).isEqualTo("xPerf");
        assertThat(Names.method("UUID")).isEqualTo("uuid");
        assertThat(Names.method("wait")).isEqualTo("_wait");
        assertThat(Names.method("default")).isEqualTo("_default");
        assertThat(Names.type("blockdev-add")).isEqualTo("BlockdevAdd");
        assertThat(Names.type("JOB_STATUS_CHANGE")).isEqualTo("JobStatusChange");
        assertThat(Names.type("x-query-jit")).isEqualTo("XQueryJit");
        assertThat(Names.schemaType("String")).isEqualTo("_String");
        assertThat(Names.constant("none-crypt")).isEqualTo("NONE_CRYPT");
        assertThat(Names.constant("144")).isEqualTo("_144");
        assertThat(Names.constant("CommandNotFound")).isEqualTo("COMMAND_NOT_FOUND");
    }
}
