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
                    Booting from Hard Disk...                         | PLAIN
                    Boot failed: could not read the boot disk         | BAD
                    qemu-system-x86_64: warning: TCG doesn't support  | NOTABLE
                    Kernel panic - not syncing: VFS                   | BAD
                    EXT4-fs (vda): mounted filesystem, errors=remount | PLAIN
                    """)
    void of_a_line(String line, Entry.Level level) {
        assertThat(Severity.ofLine(line)).isEqualTo(level);
    }
}
