package io.github.qmpjunit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.Journal.Step;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JournalTest {

    private final Journal journal = new Journal();
    private final Runnable unbind = journal.bind();

    @AfterEach
    void unbind() {
        unbind.run();
    }

    private List<String> steps() {
        return journal.steps().stream()
                .map(step -> "%s %s %s".formatted(step.kind(), step.text(), step.outcome()))
                .toList();
    }

    @Test
    void takes_down_what_its_thread_waits_for_and_how_that_ends() {
        Waiting first = Waiting.step(() -> "a door");
        first.fulfilled();
        first.end();
        Waiting.queue(() -> "a bus").end();
        Waiting open = Waiting.step(() -> "Godot");
        List<String> steps = steps();
        open.end();

        assertThat(steps).containsExactly("AWAIT a door DONE", "QUEUE a bus FAILED", "AWAIT Godot OPEN");
    }

    @Test
    void knows_the_line_that_waits() {
        Waiting.step(() -> "a door").end();

        Step step = journal.steps().get(0);
        assertThat(step.site().frames().get(0).getMethodName()).isEqualTo("knows_the_line_that_waits");
        assertThat(step.site().through()).isEqualTo("Waiting.step");
    }

    @Test
    void a_wait_inside_of_a_wait_is_no_step() {
        Waiting outer = Waiting.step(() -> "the end of the job");
        Waiting inner = Waiting.step(() -> "an event");
        inner.end();
        outer.end();
        Waiting unrecorded = Waiting.begin(() -> "a reply");
        unrecorded.end();

        assertThat(steps()).containsExactly("AWAIT the end of the job FAILED");
    }

    @Test
    void a_wait_that_is_narrowed_is_one_step_from_its_beginning() {
        Object group = new Object();
        Waiting.stepOf(group, () -> "STOP").end();
        Waiting.stepOf(group, () -> "STOP with data").end();

        assertThat(steps()).containsExactly("AWAIT STOP with data FAILED");
        Step step = journal.steps().get(0);
        assertThat(step.endedNanos() - step.beganNanos()).isPositive();
    }

    @Test
    void other_threads_have_other_journals_or_none() throws InterruptedException {
        Thread other = new Thread(() -> Waiting.step(() -> "elsewhere").end());
        other.start();
        other.join(60_000);

        assertThat(steps()).isEmpty();
    }

    @Test
    void a_test_inside_of_a_test_gives_the_thread_back() {
        Journal inner = new Journal();
        Runnable end = inner.bind();
        Waiting.step(() -> "inside").end();
        end.run();
        Waiting.step(() -> "outside").end();

        assertThat(inner.steps()).hasSize(1);
        assertThat(steps()).containsExactly("AWAIT outside FAILED");
    }

    @Test
    void of_too_many_steps_the_last_ones_are_kept() {
        for (int i = 0; i < 2_010; i++) {
            int number = i;
            Waiting.step(() -> "step " + number).end();
        }

        assertThat(journal.steps()).hasSize(2_000);
        assertThat(journal.dropped()).isEqualTo(10);
        assertThat(steps()).endsWith("AWAIT step 2009 FAILED");
    }
}
