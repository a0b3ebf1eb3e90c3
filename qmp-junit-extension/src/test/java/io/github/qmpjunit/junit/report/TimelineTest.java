package io.github.qmpjunit.junit.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.qemu.process.OutputLine;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpTranscript;
import io.github.qmpjunit.qmp.QmpTranscriptLine;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class TimelineTest {

    private static final long MILLI = 1_000_000;

    private final List<QmpTranscriptLine> messages = new ArrayList<>();
    private final List<OutputLine> stderr = new ArrayList<>();

    private void sent(long millis, String message) {
        message(millis, "sent", message);
    }

    private void received(long millis, String message) {
        message(millis, "received", message);
    }

    private void message(long millis, String direction, String message) {
        messages.add(new QmpTranscriptLine(
                millis * MILLI,
                JsonMapper.shared()
                        .readTree("{\"t\":0,\"dir\":\"%s\",\"message\":%s}"
                                .formatted(direction, message.replace('\'', '"')))));
    }

    private Timeline timeline(int most) {
        return Timeline.of(List.of(machine("vm", messages, stderr)), 0, most);
    }

    private static MachineRecord machine(String name, List<QmpTranscriptLine> messages, List<OutputLine> stderr) {
        return new MachineRecord(
                new StartedAs(name, List.of(), Optional.empty(), Surroundings.NONE),
                name,
                "",
                Optional.empty(),
                new Said(Optional.of(messages), 0, new Said.Output("", stderr), Said.Output.NONE, Map.of()));
    }

    private static List<String> summaries(Timeline timeline) {
        return timeline.rows().stream()
                .map(row -> row.entries().stream()
                                .map(entry -> "%s %s %s %s"
                                        .formatted(entry.kind(), entry.title(), entry.brief(), entry.note())
                                        .strip())
                                .collect(Collectors.joining(" | "))
                        + (row.times() > 1 ? " x" + row.times() : ""))
                .toList();
    }

    @Test
    void a_reply_stands_with_its_command_whatever_comes_between() {
        sent(1, "{'execute':'stop','id':'1'}");
        received(2, "{'event':'STOP'}");
        received(3, "{'return':{},'id':'1'}");
        sent(4, "{'execute':'cont','arguments':{'a':1},'id':'2'}");
        received(6, "{'error':{'class':'GenericError','desc':'no'},'id':'2'}");

        assertThat(summaries(timeline(100)))
                .containsExactly(
                        "COMMAND stop | REPLY stop {} 2.00 ms",
                        "EVENT STOP",
                        "COMMAND cont a: 1 | REPLY cont GenericError: no 2.00 ms");
        assertThat(timeline(100).rows()).extracting(Timeline.Row::isBad).containsExactly(false, false, true);
    }

    @Test
    void a_reply_of_a_real_client_is_told_from_its_command_even_behind_an_event() {
        QmpTranscript transcript = QmpTranscript.inMemory();
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient qmp = QmpClient.builder().transcript(transcript).connect(server.address())) {
            server.whenExecuted("stop")
                    .does(command -> command.sendEvent("STOP").reply());

            qmp.execute("stop");

            assertThat(MessageEntries.of(
                            transcript.lines(),
                            new Lane(0, Lane.Kind.COMMANDS, "commands"),
                            new Lane(0, Lane.Kind.EVENTS, "events")))
                    .extracting(entry -> entry.kind() + " " + entry.title())
                    .containsSubsequence("COMMAND stop", "EVENT STOP", "REPLY stop");
        }
    }

    @Test
    void a_headline_ends_with_more_than_a_colon() {
        assertThat(Headline.of("\nExpecting QMP client \"vm\":\n  to receive STOP\nwithin 5 s, but"))
                .isEqualTo("Expecting QMP client \"vm\": to receive STOP");
        assertThat(Headline.of("no disk\nat all")).isEqualTo("no disk");
        assertThat(Headline.of("no disk:")).isEqualTo("no disk:");
        assertThat(Headline.of("\n")).isEqualTo("it says no more");
    }

    @Test
    void what_is_asked_again_and_again_with_the_same_reply_stands_once() {
        for (int i = 0; i < 5; i++) {
            sent(2L * i, "{'execute':'query-jobs','id':" + i + "}");
            received(2L * i + 1, "{'return':" + (i < 4 ? "[]" : "[1]") + ",'id':" + i + "}");
        }

        assertThat(summaries(timeline(100)))
                .containsExactly(
                        "COMMAND query-jobs | REPLY query-jobs [] 1.00 ms x4",
                        "COMMAND query-jobs | REPLY query-jobs [1] 1.00 ms");
    }

    @Test
    void lines_that_follow_each_other_are_one_row_until_something_else_happens() {
        stderr.add(new OutputLine(MILLI, "a"));
        stderr.add(new OutputLine(2 * MILLI, "b"));
        received(3, "{'event':'RESET','data':{'guest':true}}");
        stderr.add(new OutputLine(4 * MILLI, "qemu: warning: c"));
        stderr.add(new OutputLine(5000 * MILLI, "d"));

        assertThat(summaries(timeline(100)))
                .containsExactly("LINE a | LINE b", "EVENT RESET guest: true", "LINE qemu: warning: c", "LINE d");
        assertThat(timeline(100).lanes()).extracting(Lane::title).containsExactly("events", "standard error");
    }

    @Test
    void of_too_many_entries_the_last_ones_are_shown() {
        for (int i = 0; i < 10; i++) {
            received(i, "{'event':'E" + i + "'}");
        }

        assertThat(summaries(timeline(3))).containsExactly("EVENT E7", "EVENT E8", "EVENT E9");
        assertThat(timeline(3).leftOut()).isEqualTo(7);
    }

    @Test
    void of_what_was_before_the_test_only_the_end_is_shown() {
        for (int i = 0; i < Timeline.MOST_BEFORE + 5; i++) {
            received(i, "{'event':'BEFORE'}");
        }
        received(1000, "{'event':'IN_THE_TEST'}");

        Timeline timeline = Timeline.of(List.of(machine("vm", messages, stderr)), 900 * MILLI, 10_000);

        assertThat(timeline.rows()).hasSize(Timeline.MOST_BEFORE + 1);
        assertThat(timeline.leftOut()).isEqualTo(5);
    }

    @Test
    void machines_stand_side_by_side_in_the_order_of_time() {
        received(2, "{'event':'SECOND'}");
        List<QmpTranscriptLine> others = List.of(new QmpTranscriptLine(
                MILLI, JsonMapper.shared().readTree("{\"dir\":\"received\",\"message\":{\"event\":\"FIRST\"}}")));

        Timeline timeline =
                Timeline.of(List.of(machine("a", messages, stderr), machine("b", others, List.of())), 0, 100);

        assertThat(summaries(timeline)).containsExactly("EVENT FIRST", "EVENT SECOND");
        assertThat(timeline.lanes()).extracting(Lane::machine).containsExactly(0, 1);
    }

    @Test
    void messages_of_every_kind_find_their_place() {
        message(1, "note", "0,\"note\":\"opened\",\"pid\":42");
        received(2, "{'QMP':{'version':{'qemu':{'major':7,'minor':2,'micro':22},'package':'Debian'}}}");
        sent(3, "'as typed'");
        received(4, "{'return':'text','id':9}");
        message(5, "received", "{\"return\":1,\"id\":10},\"late\":true");
        message(6, "note", "0,\"note\":\"ended\",\"by\":\"peer\",\"reason\":\"gone\\nand more\"");

        assertThat(summaries(timeline(100)))
                .containsExactly(
                        "NOTE monitor connected pid 42",
                        "NOTE greeting QEMU 7.2.22",
                        "COMMAND as it is as typed",
                        "REPLY to nothing that stands here text",
                        "REPLY to nothing that stands here 1 , too late",
                        "NOTE monitor closed gone");
    }
}
