package io.github.qmpjunit.junit.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class SeverityTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    BLOCK_JOB_COMPLETED | {}                       | PLAIN
                    BLOCK_JOB_COMPLETED | {"error": "No space"}    | BAD
                    JOB_STATUS_CHANGE   | {"status": "aborting"}   | BAD
                    JOB_STATUS_CHANGE   | {"status": "running"}    | PLAIN
                    MIGRATION           | {"status": "failed"}     | BAD
                    BLOCK_IO_ERROR      | {}                       | BAD
                    GUEST_PANICKED      | {}                       | BAD
                    SHUTDOWN            | {}                       | NOTABLE
                    RTC_CHANGE          | {}                       | PLAIN
                    """)
    void of_an_event(String name, String data, Entry.Level level) {
        assertThat(Severity.ofEvent(name, JsonMapper.shared().readTree(data))).isEqualTo(level);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    Booting from Hard Disk...                                           | PLAIN
                    Boot failed: could not read the boot disk                           | BAD
                    No bootable device.                                                 | BAD
                    [    0.000000] Kernel command line: console=ttyS0 panic=-1 oops=panic | PLAIN
                    [    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs  | BAD
                    [    1.2] BUG: unable to handle page fault for address: 0           | BAD
                    [    1.2] Oops: 0000 [#1] PREEMPT SMP                               | BAD
                    [    2.0] EXT4-fs (vda): mounted filesystem, errors=remount-ro      | PLAIN
                    [    2.0] blk_update_request: I/O error, dev vda, sector 0          | BAD
                    [FAILED] Failed to start Network                                    | BAD
                    [  OK  ] Finished Check for failed units                            | PLAIN
                    0 errors, 0 failures, panic_timeout=10                              | PLAIN
                    Error: no such file                                                 | BAD
                    WARNING: clock skew                                                 | NOTABLE
                    """)
    void of_a_guests_line(String line, Entry.Level level) {
        assertThat(Severity.ofLine(Lane.Kind.CONSOLE, line)).isEqualTo(level);
    }

    /** QEMU says of each of its messages what it is: an error has no word for it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    qemu-system-x86_64: warning: TCG doesn't support requested feature  | NOTABLE
                    qemu-system-x86_64: info: CPU 0 and CPU 1 are compatible            | PLAIN
                    qemu-system-x86_64: Size mismatch: 0x40000 != 0x80000               | BAD
                    /opt/qemu/bin/qemu-system-arm: -machine q53: unsupported            | BAD
                    qemu-storage-daemon: --blockdev: No such file                       | BAD
                    Unexpected error in object_property_find_err() at ../qom/object.c   | BAD
                    VNC server running on 127.0.0.1:5900                                | PLAIN
                    """)
    void of_a_line_of_the_standard_error(String line, Entry.Level level) {
        assertThat(Severity.ofLine(Lane.Kind.STDERR, line)).isEqualTo(level);
    }
}
