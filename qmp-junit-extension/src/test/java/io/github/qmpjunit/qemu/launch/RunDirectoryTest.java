package io.github.qmpjunit.qemu.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.qemu.OtherJvm;
import io.github.qmpjunit.qemu.process.LaunchPrefix;
import io.github.qmpjunit.qemu.process.QemuStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {

    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    @TempDir
    private Path parent;

    private Path home;

    @BeforeEach
    void nameTheHome() throws IOException {
        home = parent.resolve("qmp-junit-" + PrivateFolder.uid());
    }

    /** What the JVM of another process left, or has still. */
    private Path directoryOfAnotherJvm(String name) throws IOException {
        if (!Files.exists(home)) {
            Files.createDirectory(home, PRIVATE);
        }
        return Files.createDirectory(home.resolve(name));
    }

    @Test
    void a_machines_directory_is_private() throws IOException {
        Path made = new RunDirectory(parent).create();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.getParent())))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                .isEqualTo("rwx------");
        assertThat(made.getParent()).hasParent(home);
    }

    @Test
    void each_machine_takes_its_own_with_it_and_the_jvm_the_rest() throws IOException {
        RunDirectory directories = new RunDirectory(parent);
        Path one = directories.create();
        Path other = directories.create();
        Files.createFile(one.resolve("file"));

        directories.remove(one);
        assertThat(one).doesNotExist();
        assertThat(other).exists();

        directories.end();
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void all_of_a_jvms_machines_share_one_directory() {
        RunDirectory directories = new RunDirectory(parent);
        Path first = directories.create();
        directories.remove(first);

        Path second = directories.create();

        assertThat(second).hasParent(first.getParent());
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void a_machines_directory_is_renewed_empty_under_its_name_and_removed_again() throws IOException {
        RunDirectory directories = new RunDirectory(parent);
        Path made = directories.create();
        Files.createFile(made.resolve("socket"));

        directories.renew(made); // while it is there, as after a crash
        assertThat(made).isEmptyDirectory();
        directories.remove(made);
        directories.renew(made); // after it has gone, as after quit

        assertThat(made).isEmptyDirectory();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
        Files.createFile(made.resolve("socket"));
        directories.remove(made);
        assertThat(made).doesNotExist();
    }

    @Test
    void a_directory_cannot_be_renewed_where_all_was_tidied_away_or_the_jvm_exits() throws IOException {
        RunDirectory directories = new RunDirectory(parent);
        Path made = directories.create();
        Files.delete(made);
        Files.delete(made.resolveSibling("lock"));
        Files.delete(made.getParent());

        assertThatThrownBy(() -> directories.renew(made)).isInstanceOf(QemuStartException.class);

        directories.end();
        assertThatThrownBy(() -> directories.renew(made))
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("the JVM is shutting down");
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void a_directory_that_somebody_has_tidied_away_is_made_anew() throws IOException {
        RunDirectory directories = new RunDirectory(parent);
        Path first = directories.create();
        Files.delete(first);
        Files.delete(first.resolveSibling("lock"));
        Files.delete(first.getParent());

        Path second = directories.create();

        assertThat(second).isDirectory().doesNotHaveToString(first.toString());
        assertThat(second.resolveSibling("lock")).exists();
        directories.end();
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void there_are_no_new_ones_once_the_jvm_exits() {
        RunDirectory directories = new RunDirectory(parent);
        directories.create();

        directories.end();

        assertThat(parent).isEmptyDirectory();
        assertThatThrownBy(directories::create)
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("the JVM is shutting down");
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void what_a_dead_jvm_left_is_swept() throws IOException {
        Path left = directoryOfAnotherJvm("1-left");
        Files.createDirectory(left.resolve("1"));
        Files.createFile(left.resolve("lock"));

        new RunDirectory(parent).create();

        assertThat(left).doesNotExist();
    }

    @Test
    void a_qemu_that_has_outlived_its_jvm_ends_with_the_directory() throws Exception {
        Path left = directoryOfAnotherJvm("1-left");
        Files.createFile(left.resolve("lock"));
        Process stray = new ProcessBuilder(
                        "sh", "-c", "read line", LaunchedProcess.monitorChardev(LaunchPrefix.NONE, left.resolve("1")))
                .start();
        Process other = new ProcessBuilder(
                        "sh",
                        "-c",
                        "read line",
                        LaunchedProcess.monitorChardev(LaunchPrefix.NONE, home.resolve("1-left-not/1")))
                .start();
        try {
            new RunDirectory(parent).create();

            assertThat(stray.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(other.isAlive()).isTrue();
        } finally {
            stray.destroyForcibly();
            other.destroyForcibly();
        }
    }

    @Test
    void what_was_never_locked_is_swept_when_it_is_old() throws IOException {
        Path fresh = directoryOfAnotherJvm("1-fresh");
        Path old = directoryOfAnotherJvm("1-old");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofMinutes(5))));

        new RunDirectory(parent).create();

        assertThat(fresh).exists();
        assertThat(old).doesNotExist();
    }

    @Test
    void what_a_living_process_holds_is_left_alone() throws Exception {
        Path held = directoryOfAnotherJvm("1-held");
        Files.createFile(held.resolve("lock"));
        Process holder =
                OtherJvm.start(parent, LockHolder.class, held.resolve("lock").toString());
        try {
            assertThat(OtherJvm.firstLine(holder)).isEqualTo("locked");

            new RunDirectory(parent).create();

            assertThat(held).exists();
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void what_belongs_to_this_process_is_left_alone() throws IOException {
        Path ours = directoryOfAnotherJvm(ProcessHandle.current().pid() + "-x");
        Files.createFile(ours.resolve("lock"));

        new RunDirectory(parent).create();

        assertThat(ours).exists();
    }

    @Test
    void an_interrupted_thread_gets_its_directory_all_the_same() {
        RunDirectory directories = new RunDirectory(parent);
        Thread.currentThread().interrupt();

        assertThat(directories.create()).exists();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void a_missing_temp_folder_is_told_with_what_to_do() {
        Path missing = parent.resolve("missing");

        assertThatThrownBy(() -> new RunDirectory(missing).create())
                .isInstanceOf(QemuStartException.class)
                .hasMessage("Could not make a directory for a machine's sockets in the temp folder " + missing
                        + ": there is no such folder. Repair that, or name another folder with"
                        + " -Djava.io.tmpdir=/path/to/folder");
    }

    @Test
    void a_temp_folder_too_deep_for_a_socket_is_replaced_by_the_systems() {
        assertThat(RunDirectory.parentFor(Path.of("/a/short/one"))).isEqualTo(Path.of("/a/short/one"));
        assertThat(RunDirectory.parentFor(Path.of("/build/" + "deep/".repeat(20))))
                .isEqualTo(Path.of("/tmp"));
        assertThat(RunDirectory.parentFor(Path.of("relative"))).isAbsolute();
    }
}
