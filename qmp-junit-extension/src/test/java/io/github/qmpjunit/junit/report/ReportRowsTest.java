package io.github.qmpjunit.junit.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmpjunit.internal.CallSite;
import io.github.qmpjunit.internal.Journal;
import io.github.qmpjunit.qemu.process.OutputLine;
import io.github.qmpjunit.qmp.QmpTranscriptLine;
import io.github.qmpjunit.secrets.Secrets;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** The rows of the timeline: what belongs together, what is the harness's own, what is red, and where it leads. */
class ReportRowsTest {

    private static final long MILLI = 1_000_000;
    private static final String TEST = "com.example.DiskTest";

    @TempDir
    Path project;

    private final List<QmpTranscriptLine> messages = new ArrayList<>();
    private final List<OutputLine> console = new ArrayList<>();
    private final List<Journal.Step> steps = new ArrayList<>();

    private static StackTraceElement at(int line) {
        return new StackTraceElement(TEST, "works", "DiskTest.java", line);
    }

    private void sent(long millis, String message, int line, String through) {
        messages.add(new QmpTranscriptLine(
                millis * MILLI, line("sent", message), line == 0 ? List.of() : List.of(at(line)), through));
    }

    private void received(long millis, String message) {
        messages.add(new QmpTranscriptLine(millis * MILLI, line("received", message)));
    }

    private static tools.jackson.databind.JsonNode line(String direction, String message) {
        return JsonMapper.shared()
                .readTree("{\"dir\":\"%s\",\"message\":%s}".formatted(direction, message.replace('\'', '"')));
    }

    private void step(Journal.Kind kind, long from, long to, String text, Journal.Outcome outcome) {
        steps.add(new Journal.Step(kind, text, from * MILLI, to * MILLI, outcome, "", CallSite.UNKNOWN, new Object()));
    }

    private MachineRecord machine(String name) {
        return new MachineRecord(
                new StartedAs(name, List.of(), Optional.empty(), Surroundings.NONE),
                name,
                "",
                Optional.empty(),
                new Said(
                        Optional.of(List.copyOf(messages)),
                        0,
                        Said.Output.NONE,
                        Said.Output.NONE,
                        console.isEmpty() ? Map.of() : Map.of("com1", new Said.Output("", List.copyOf(console)))));
    }

    private Document page(long failedMillis, MachineRecord... machines) throws Exception {
        ReportContent content = new ReportContent(
                new ReportContent.Test(
                        "works",
                        TEST + ".works",
                        TEST,
                        "the test",
                        new ReportContent.Failure("Error", "no luck", ""),
                        "",
                        Instant.EPOCH),
                Arrays.stream(machines)
                        .map(machine -> new ReportContent.Machine(
                                machine, JsonNodeFactory.instance.objectNode(), true, "", List.of(), Optional.empty()))
                        .toList(),
                new ReportContent.Span(0, failedMillis * MILLI),
                Timeline.of(List.of(machines), steps, List.of(), 0, 2_000),
                Map.of(),
                List.of(),
                new SourceCode(new SourceFiles(project), new Secrets()),
                Optional.of(at(7)));
        String rows = TimelineList.of(content).toString();
        String source = content.source().html(content.failing()).toString();
        String html = "<page>%s%s%s</page>".formatted(Overview.of(content), rows, source);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(html)));
    }

    private static List<String> texts(Document page, String path) throws Exception {
        NodeList found = (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, page, XPathConstants.NODESET);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> found.item(i).getTextContent().strip().replaceAll("\\s+", " "))
                .toList();
    }

    @Test
    void a_row_leads_to_the_line_of_the_test() throws Exception {
        Path source = project.resolve("module/src/test/java/com/example/DiskTest.java");
        Files.createDirectories(source.getParent());
        Files.write(
                source,
                IntStream.rangeClosed(1, 30)
                        .mapToObj(i -> "    line <" + i + ">")
                        .toList());
        sent(1, "{'execute':'stop','id':1}", 20, "QmpClient.execute");

        Document page = page(5, machine("vm"));

        assertThat(texts(page, "//a[@class='src']")).containsExactly("DiskTest.java:20", "DiskTest.java:7");
        assertThat(texts(page, "//a[@class='src'][.='DiskTest.java:20']/@href")).containsExactly("#s1l20");
        assertThat(texts(page, "//p[@id='s1l20']")).containsExactly("20line <20>");
        assertThat(texts(page, "//p[@class='failing']")).containsExactly("7line <7>");
        assertThat(texts(page, "//p[@id='s1l30']")).isEmpty();
    }

    @Test
    void a_source_that_is_not_there_is_only_named() throws Exception {
        sent(1, "{'execute':'stop','id':1}", 20, "QmpClient.execute");

        assertThat(texts(page(5, machine("vm")), "//span[@class='src']")).contains("DiskTest.java:20");
    }

    @Test
    void commands_of_the_harness_are_folded_and_those_of_the_test_are_not() throws Exception {
        sent(1, "{'execute':'query-jobs','id':1}", 20, "JobAssert.succeeds");
        received(2, "{'return':[],'id':1}");
        sent(3, "{'execute':'query-status','id':2}", 0, "SharedMachine.isUsable");
        received(4, "{'return':{},'id':2}");
        sent(5, "{'execute':'stop','id':3}", 21, "QmpClient.execute");

        Document page = page(9, machine("vm"));

        assertThat(texts(page, "//ol[@id='rows']/li[contains(@class,'own')]//summary/b[1]"))
                .contains("2 commands of the harness");
        assertThat(texts(page, "//ol[@id='rows']/li[contains(@class,'command')]//b"))
                .containsExactly("stop");
    }

    @Test
    void an_error_is_red_where_the_test_ends_with_it_and_not_where_it_goes_on() throws Exception {
        sent(1, "{'execute':'a','id':1}", 20, "QmpClient.execute");
        received(2, "{'error':{'class':'C','desc':'tolerated'},'id':1}");
        sent(3, "{'execute':'b','id':2}", 21, "CommandAssert.failsWith");
        received(4, "{'error':{'class':'C','desc':'expected'},'id':2}");
        sent(5, "{'execute':'c','id':3}", 22, "QmpClient.execute");
        received(6, "{'error':{'class':'C','desc':'fatal'},'id':3}");

        Document page = page(9, machine("vm"));

        assertThat(texts(page, "//*[contains(@class,'reply bad')]/summary")).containsExactly("C: fatal 1.00 ms");
        assertThat(texts(page, "//*[contains(@class,'reply notable')]/summary"))
                .containsExactly("C: tolerated 1.00 ms");
    }

    @Test
    void a_wait_in_vain_is_a_red_row_and_a_short_queue_is_none() throws Exception {
        step(Journal.Kind.QUEUE, 0, 1, "room", Journal.Outcome.DONE);
        step(Journal.Kind.QUEUE, 1, 1500, "other tests", Journal.Outcome.DONE);
        step(Journal.Kind.AWAIT, 1600, 2600, "STOP <b>", Journal.Outcome.FAILED);

        Document page = page(2700, machine("vm"));

        assertThat(texts(page, "//li[contains(@class,'step')]/div")).containsExactly("wait for other tests 1.5 s");
        assertThat(texts(page, "//li[contains(@class,'await') and contains(@class,'grave')]/div"))
                .containsExactly("await STOP <b> in vain, 1.0 s");
        assertThat(texts(page, "//li[contains(@class,'await')]//i/@style"))
                .containsExactly("--t: 1.600000; --d: 1.000000");
    }

    @Test
    void earlier_tests_of_a_shared_machine_stand_before_the_beginning() throws Exception {
        step(Journal.Kind.EARLIER, -500, -300, "A > stops", Journal.Outcome.DONE);
        sent(1, "{'execute':'stop','id':1}", 20, "QmpClient.execute");

        assertThat(texts(page(9, machine("vm")), "//ol[@id='rows']/li/div[@class='what']"))
                .startsWith("an earlier test on this machine: A > stops 200 ms", "the test begins", "stop");
    }

    @Test
    void a_console_is_folded_except_its_last_lines_before_the_failure() throws Exception {
        for (int i = 0; i < 100; i++) {
            console.add(new OutputLine(i * MILLI, "line " + i));
        }
        sent(50, "{'execute':'query-status','id':1}", 0, "LiveState.ask"); // does not tear it

        Document page = page(200, machine("vm"));

        assertThat(texts(page, "//li[contains(@class,'output')]//summary/b")).containsExactly("88 lines");
        assertThat(texts(page, "//li[contains(@class,'output')]/div/div[@class='lines']/pre[2]")
                        .get(0))
                .startsWith("line 88")
                .endsWith("line 99");
    }

    @Test
    void a_hundred_thousand_lines_are_some_hundred_elements() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            console.add(new OutputLine(i * MILLI / 10, "line " + i));
        }

        Document page = page(20_000, machine("vm"));

        assertThat(texts(page, "//*").size()).isLessThan(10_000);
        assertThat(texts(page, "//pre[2]").stream()
                        .mapToInt(text -> text.split("line ", -1).length - 1)
                        .sum())
                .isEqualTo(100_000);
    }

    @Test
    void the_state_at_a_row_is_what_events_have_told_up_to_it() throws Exception {
        received(1, "{'event':'STOP'}");
        received(2, "{'event':'JOB_STATUS_CHANGE','data':{'id':'b','status':'running'}}");
        received(3, "{'event':'RTC_CHANGE','data':{'offset':1}}");
        received(4, "{'event':'JOB_STATUS_CHANGE','data':{'id':'b','status':'null'}}");

        assertThat(texts(page(9, machine("vm")), "//li/@data-state"))
                .containsExactly("vm: paused", "vm: paused, job b running", "vm: paused");
    }

    @Test
    void machines_have_columns_where_they_speak_in_turn_and_the_whole_width_elsewhere() throws Exception {
        received(1, "{'event':'A1'}");
        received(3, "{'event':'A2'}");
        for (int i = 10; i < 20; i++) {
            received(i, "{'event':'ALONE" + i + "'}");
        }
        MachineRecord a = machine("a");
        messages.clear();
        received(2, "{'event':'B1'}");
        received(4, "{'event':'B2'}");
        MachineRecord b = machine("b");

        Document page = page(30, a, b);

        assertThat(texts(page, "//li[contains(@class,'dialog')]//b")).containsExactly("A1", "B1", "A2", "B2");
        assertThat(texts(page, "//li[contains(@class,'dialog')]/@style"))
                .containsExactly(
                        "--col: 0; --cols: 2", "--col: 1; --cols: 2", "--col: 0; --cols: 2", "--col: 1; --cols: 2");
        assertThat(texts(page, "//li/span[contains(@class,'vm')]")).hasSize(14);
    }
}
