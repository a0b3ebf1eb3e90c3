package io.github.qmpjunit.qemu;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Nobody but their owner comes near the machines: no other user, no other host, no shell in between. */
class SocketsTest {

    @Test
    void a_machines_sockets_are_in_a_folder_of_its_owners_only() throws IOException {
        try (QemuMachine vm = EverySocket.start()) {
            vm.startGdbServer();

            for (Path folder : List.of(vm.directory(), vm.directory().getParent())) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                        .isEqualTo("rwx------");
            }
            assertThat(listeningPaths(vm.pid()))
                    .hasSize(3)
                    .allSatisfy(path -> assertThat(path).startsWith(vm.directory()));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_machine_listens_on_no_network() throws IOException {
        try (QemuMachine vm = EverySocket.start()) {
            vm.startGdbServer();
            List<String> mine = socketsOf(vm.pid());

            assertThat(mine).isNotEmpty();
            for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
                assertThat(inodes(vm.pid(), table, 9)).doesNotContainAnyElementsOf(mine);
            }
        }
    }

    /** The test above looks in the right place. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void a_machine_that_is_told_to_listen_is_found() throws IOException {
        try (QemuMachine vm = QemuMachine.builder()
                .args("-chardev", "socket,id=tcp,host=127.0.0.1,port=0,server=on,wait=off")
                .start()) {
            assertThat(inodes(vm.pid(), "tcp", 9)).containsAnyElementsOf(socketsOf(vm.pid()));
        }
    }

    @Test
    void programs_are_started_in_one_place_and_by_lists_of_arguments() {
        var main = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.github.qmpjunit");

        noClasses().should().callMethodWhere(new RuntimeExec()).check(main);
        noClasses()
                .that()
                .doNotHaveSimpleName("QemuProcess")
                .and()
                .doNotHaveSimpleName("ProcessKeeper")
                .and()
                .doNotHaveSimpleName("BriefProcess") // which starts through ProcessKeeper
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .check(main);
    }

    private static final class RuntimeExec extends DescribedPredicate<JavaMethodCall> {

        RuntimeExec() {
            super("Runtime.exec");
        }

        @Override
        public boolean test(JavaMethodCall call) {
            return call.getTargetOwner().isEquivalentTo(Runtime.class)
                    && call.getName().equals("exec");
        }
    }

    private static List<String> socketsOf(long pid) throws IOException {
        List<String> inodes = new ArrayList<>();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path descriptor : open) {
                String target = Files.readSymbolicLink(descriptor).toString();
                if (target.startsWith("socket:[")) {
                    inodes.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
        }
        return inodes;
    }

    private static List<String> inodes(long pid, String table, int column) throws IOException {
        Path file = Path.of("/proc", Long.toString(pid), "net", table);
        return !Files.exists(file)
                ? List.of()
                : Files.readAllLines(file).stream()
                        .skip(1)
                        .map(line -> line.strip().split("\\s+")[column])
                        .toList();
    }

    /** Of {@code /proc/net/unix}: the paths at which the process listens. */
    private static List<Path> listeningPaths(long pid) throws IOException {
        List<String> mine = socketsOf(pid);
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "net", "unix")).stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(row -> row.length == 8 && row[3].equals("00010000") && mine.contains(row[6]))
                .map(row -> Path.of(row[7]))
                .toList();
    }
}
