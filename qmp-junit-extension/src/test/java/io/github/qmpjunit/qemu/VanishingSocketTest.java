package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class VanishingSocketTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void no_descriptor_is_lost_when_the_monitors_file_is_removed_before_anyone_connects(@TempDir Path temp)
            throws Exception {
        Path program = Scripts.write(
                temp, "for word; do case $word in *,path=*) rm -f \"${word##*,path=}\" ;; esac; done; exit 3");

        Process jvm = OtherJvm.start(temp, VanishingSocket.class, program.toString());

        assertThat(OtherJvm.firstLine(jvm)).isEqualTo("more descriptors []");
    }
}
