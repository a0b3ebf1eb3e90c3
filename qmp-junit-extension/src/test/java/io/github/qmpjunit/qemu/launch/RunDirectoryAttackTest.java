package io.github.qmpjunit.qemu.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.OtherUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whatever lies in the temp folder under the names that we use: nothing of anybody else's is touched, and nothing blocks. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunDirectoryAttackTest {

    @TempDir
    private Path folder;

    private Path shared;
    private Path precious;
    private Path home;

    @BeforeEach
    void makeFolders() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        shared = Files.createDirectory(folder.resolve("tmp"));
        OtherUser.letIn(shared);
        Path owned = Files.createDirectory(folder.resolve("owned"));
        Files.setPosixFilePermissions(owned, PosixFilePermissions.fromString("rwx------"));
        precious =
                Files.createFile(Files.createDirectory(owned.resolve("1-left")).resolve("precious"));
        Files.createFile(precious.resolveSibling("lock"));
        home = shared.resolve("qmp-junit-" + PrivateFolder.uid());
    }

    @Test
    void a_link_in_the_place_of_the_home_is_not_followed() throws IOException {
        Files.createSymbolicLink(home, folder.resolve("owned"));

        Path made = new RunDirectory(shared).create();

        assertThat(precious).exists();
        assertThat(made.toRealPath()).startsWith(shared.toRealPath());
    }

    @Test
    void a_home_that_lets_others_in_is_not_used() throws IOException {
        Files.createDirectory(home);
        Path left = Files.createDirectory(home.resolve("1-left"));
        Files.createFile(left.resolve("lock"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx-wx--x"));

        Path made = new RunDirectory(shared).create();

        assertThat(left).exists();
        assertThat(made.startsWith(home)).isFalse();
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(made.getParent().getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void the_home_of_another_user_is_not_touched() throws Exception {
        OtherUser.run("umask 077; mkdir -p %1$s/1-left; touch %1$s/1-left/lock %1$s/1-left/file".formatted(home));

        RunDirectory directories = new RunDirectory(shared);
        Path made = directories.create();

        assertThat(home.resolve("1-left/file")).exists();
        assertThat(made.startsWith(home)).isFalse();
        directories.end();
        assertThat(made.getParent().getParent()).doesNotExist();
    }

    @Test
    void a_home_with_another_ending_is_used_and_swept_by_the_next_jvm() throws Exception {
        Files.createFile(home); // the name is taken
        Path other = new RunDirectory(shared).create().getParent().getParent();
        Path left = Files.createDirectory(other.resolve("1-left"));
        Files.createFile(left.resolve("lock"));

        Path made = new RunDirectory(shared).create();

        assertThat(made.startsWith(other)).isTrue();
        assertThat(left).doesNotExist();
    }

    @Test
    void a_fifo_in_the_place_of_the_home_holds_nothing_up() throws Exception {
        makeFifo(home);

        assertThat(new RunDirectory(shared).create()).isDirectory();
    }

    @Test
    void a_fifo_in_the_place_of_a_jvms_directory_or_of_its_lock_holds_nothing_up() throws Exception {
        Path left = Files.createDirectories(home.resolve("1-left"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        makeFifo(home.resolve("2-fifo"));
        makeFifo(left.resolve("lock"));

        assertThat(new RunDirectory(shared).create().startsWith(home)).isTrue();
    }

    @Test
    void links_in_the_place_of_a_jvms_directory_or_of_its_lock_are_not_followed() throws IOException {
        Path left = Files.createDirectories(home.resolve("2-left"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(home.resolve("1-left"), precious.getParent());
        Files.createSymbolicLink(left.resolve("lock"), precious);

        new RunDirectory(shared).create();

        assertThat(precious).exists();
        assertThat(left).exists();
    }

    @Test
    void a_link_in_what_is_left_over_is_removed_without_what_it_leads_to() throws IOException {
        Path left = Files.createDirectories(home.resolve("1-left/1")).getParent();
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        Files.createFile(left.resolve("lock"));
        Files.createSymbolicLink(left.resolve("1/link"), precious.getParent());

        new RunDirectory(shared).create();

        assertThat(left).doesNotExist();
        assertThat(precious).exists();
    }

    /** As it was done: while the deletion goes on, the names in the shared folder change. */
    @Test
    void a_home_exchanged_for_a_link_after_it_was_opened_is_deleted_from_no_more() throws IOException {
        Path left = Files.createDirectories(home.resolve("1-left"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        Files.createFile(left.resolve("file"));
        try (PrivateFolder opened = PrivateFolder.open(home, PrivateFolder.uid())) {
            Path moved = Files.move(home, shared.resolve("moved"));
            Files.createSymbolicLink(home, folder.resolve("owned"));

            opened.delete(Path.of("1-left"));

            assertThat(moved).isEmptyDirectory();
            assertThat(precious).exists();
        }
    }

    @Test
    void what_the_old_layout_left_in_the_shared_folder_is_not_swept() throws Exception {
        Path planted = shared.resolve("qmp-junit-1-left");
        OtherUser.run("mkdir %1$s; touch %1$s/lock; ln -s %2$s %1$s/link".formatted(planted, folder.resolve("owned")));
        Files.setLastModifiedTime(planted, FileTime.from(Instant.now().minus(Duration.ofMinutes(5))));

        new RunDirectory(shared).create();

        assertThat(planted.resolve("lock")).exists();
        assertThat(precious).exists();
    }

    private static void makeFifo(Path path) throws IOException, InterruptedException {
        Process mkfifo = new ProcessBuilder("mkfifo", path.toString()).start();
        assertThat(mkfifo.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(mkfifo.exitValue()).isZero();
    }
}
