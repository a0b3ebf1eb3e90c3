package io.github.qmpjunit.assertj;

import static io.github.qmpjunit.assertj.QmpAssertions.GUEST_PROGRAM;
import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.qmpjunit.qemu.guest.GuestProgram;
import io.github.qmpjunit.qemu.guest.GuestProgramResult;
import io.github.qmpjunit.qemu.process.ExitStatus;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** What became of a program in the guest; how it gets there is the guest agent's test. */
class GuestProgramTest {

    private static final GuestProgramResult UNAME = result(new ExitStatus(0, false), "Linux guest\n", "");
    private static final GuestProgramResult FAILED = result(new ExitStatus(2, false), "", "no such thing\n");

    private static GuestProgramResult result(ExitStatus exit, String stdout, String stderr) {
        return new GuestProgramResult(GuestProgram.of("uname", "-sn"), exit, stdout, stderr, false, false);
    }

    private static AssertionFailedError failureOf(ThrowingCallable assertion) {
        AssertionFailedError failure = catchThrowableOfType(AssertionFailedError.class, assertion);
        assertThat(failure.getStackTrace()[0].getClassName()).isEqualTo(GuestProgramTest.class.getName());
        return failure;
    }

    @Test
    void success() {
        assertThat(UNAME).succeeds().hasExitStatus(0).succeeds();
        AssertionFailedError failure =
                failureOf(() -> assertThat(FAILED).as("the name").succeeds());
        assertThat(failure).hasMessage("""
                [the name]\s
                Expecting "uname -sn" in the guest:
                  to exit with status 0
                but "uname -sn" in the guest exited with status 2
                standard error:
                  no such thing""");
        assertThat(failure.getActual().getValue()).isEqualTo("exited with status 2");
        assertThat(failure.getExpected().getValue()).isEqualTo("exited with status 0");
    }

    @Test
    void a_signal_is_no_exit_status() {
        assertThat(FAILED).hasExitStatus(2);
        assertThat(failureOf(() ->
                        assertThat(result(new ExitStatus(9, true), "", "")).hasExitStatus(9)))
                .hasMessage("""

                        Expecting "uname -sn" in the guest:
                          to exit with status 9
                        but "uname -sn" in the guest was ended by signal 9 (SIGKILL)""");
    }

    @Test
    void the_whole_output() {
        assertThat(UNAME).hasOutput("Linux guest").hasOutput("Linux guest\n");
        AssertionFailedError failure = failureOf(() -> assertThat(UNAME).hasOutput("Linux\nhost"));
        assertThat(failure).hasMessage("""

                Expecting "uname -sn" in the guest:
                  to write:
                    Linux
                    host
                but "uname -sn" in the guest exited with status 0
                standard output:
                  Linux guest""");
        assertThat(failure.getActual().getValue()).isEqualTo("Linux guest");
        assertThat(failure.getExpected().getValue()).isEqualTo("Linux\nhost");
    }

    @Test
    void a_part_of_the_output() {
        assertThat(UNAME).outputContains("x gu").succeeds();
        assertThat(failureOf(() -> assertThat(UNAME).outputContains("BSD"))).hasMessage("""

                Expecting "uname -sn" in the guest:
                  to write "BSD" to its standard output
                but "uname -sn" in the guest exited with status 0
                standard output:
                  Linux guest""");
    }

    @Test
    void a_part_of_the_standard_error() {
        assertThat(FAILED).stderrContains("no such").hasExitStatus(2);
        assertThat(failureOf(() -> assertThat(UNAME).stderrContains("Linux")))
                .hasMessageContaining("to write \"Linux\" to its standard error\nbut");
    }

    @Test
    void AssertJs_own_ways_lead_here() {
        assertThat(List.of(UNAME)).first(GUEST_PROGRAM).succeeds();
        assertThat(UNAME).extracting(GuestProgramResult::stdout).isEqualTo("Linux guest\n");
        QmpSoftAssertions softly = new QmpSoftAssertions();
        softly.assertThat(FAILED).succeeds();
        softly.assertThat(FAILED).outputContains("x");
        assertThatThrownBy(softly::assertAll)
                .hasMessageContaining("to exit with status 0")
                .hasMessageContaining("to write \"x\"");
    }

    @Test
    void what_must_be_given_is_named_where_it_is_not() {
        assertThatThrownBy(() -> assertThat(UNAME).hasOutput(null)).hasMessage("text must not be null");
        assertThatThrownBy(() -> assertThat(UNAME).outputContains(null)).hasMessage("part must not be null");
        assertThatThrownBy(() -> assertThat(UNAME).stderrContains(null)).hasMessage("part must not be null");
        for (ThrowingCallable assertion : List.<ThrowingCallable>of(
                () -> assertThat((GuestProgramResult) null).succeeds(),
                () -> assertThat((GuestProgramResult) null).hasOutput(""),
                () -> assertThat((GuestProgramResult) null).outputContains(""),
                () -> assertThat((GuestProgramResult) null).stderrContains(""))) {
            assertThatThrownBy(assertion).hasMessageContaining("Expecting actual not to be null");
        }
    }
}
