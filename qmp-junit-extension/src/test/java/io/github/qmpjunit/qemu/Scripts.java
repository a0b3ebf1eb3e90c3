package io.github.qmpjunit.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.process.QemuBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes shell scripts that stand in for a QEMU. */
public final class Scripts {

    private Scripts() {}

    /** Return an executable script; in its body, {@code $QEMU} is the real one. */
    public static Path write(Path folder, String body) throws IOException {
        Path script = folder.resolve("qemu.sh");
        Files.writeString(script, "#!/bin/sh\nQEMU='%s'\n%s\n".formatted(QemuBinary.find(null), body));
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }
}
