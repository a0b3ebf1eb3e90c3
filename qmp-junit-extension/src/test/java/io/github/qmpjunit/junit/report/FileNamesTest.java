package io.github.qmpjunit.junit.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FileNamesTest {

    private final FileNames names = new FileNames();

    @Test
    void a_name_that_is_one_stays() {
        assertThat(names.of("vm-1.source")).isEqualTo("vm-1.source");
    }

    @Test
    void nothing_leads_out_of_the_folder() {
        assertThat(names.of("../../etc/passwd")).isEqualTo("__.._etc_passwd").doesNotContain("/");
        assertThat(names.of("..")).isEqualTo("_");
        assertThat(names.of("")).isEqualTo("_-2");
        assertThat(names.of("-rf")).isEqualTo("_rf");
    }

    @Test
    void each_is_there_once_on_every_system() {
        assertThat(names.of("vm")).isEqualTo("vm");
        assertThat(names.of("VM")).isEqualTo("VM-2");
        assertThat(names.of("x".repeat(300))).hasSize(60);
    }
}
