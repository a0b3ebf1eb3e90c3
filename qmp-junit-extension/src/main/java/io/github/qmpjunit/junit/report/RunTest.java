package io.github.qmpjunit.junit.report;

import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One execution of a test, as the page over the run shows it. Times are microseconds of the wall clock, so that JVMs can be merged.
 *
 * @param id JUnit's unique id
 * @param name the name that people see
 * @param outcome how it ended
 * @param message the first line of its failure, secrets masked; empty if there is none
 * @param report the address of its own page, relative to the run's; empty if there is none
 * @param began when it began
 * @param admitted when it had waited for other tests
 * @param ready when its machines were up
 * @param over when its body was over, and its machines began to stop
 * @param ended when all was over
 * @param machines its own machines, and those it shared
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public record RunTest(
        String id,
        String name,
        Outcome outcome,
        String message,
        String report,
        long began,
        long admitted,
        long ready,
        long over,
        long ended,
        List<RunMachine> machines) {

    private static final int LONGEST_TEXT = 500;

    /** How a test ended. */
    public enum Outcome {
        FAILED,
        ABORTED,
        SKIPPED,
        PASSED
    }

    /** Bound the texts, and put the times in order. */
    public RunTest {
        name = shortened(name);
        message = shortened(message);
        admitted = Math.max(admitted, began);
        ready = Math.max(ready, admitted);
        over = Math.max(over, ready);
        ended = Math.max(ended, over);
        machines = List.copyOf(machines);
    }

    /**
     * Return one line about a failure.
     *
     * @param failure the failure
     * @return the beginning of its message, all on one line
     */
    public static String headlineOf(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getName() : Headline.beginningOf(message);
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
    }

    /** Make a line of the run's data. */
    ObjectNode json() {
        ArrayNode spans = JsonNodeFactory.instance.arrayNode();
        machines.forEach(machine -> spans.add(machine.json()));
        return JsonNodeFactory.instance
                .objectNode()
                .put("test", id)
                .put("name", name)
                .put("outcome", outcome.name())
                .put("message", message)
                .put("report", report)
                .put("began", began)
                .put("admitted", admitted)
                .put("ready", ready)
                .put("over", over)
                .put("ended", ended)
                .set("machines", spans);
    }

    static RunTest of(JsonNode line) {
        List<RunMachine> machines = new ArrayList<>();
        line.path("machines").forEach(machine -> machines.add(RunMachine.of(machine)));
        return new RunTest(
                line.path("test").asString(""),
                line.path("name").asString(""),
                Outcome.valueOf(line.path("outcome").asString("")),
                line.path("message").asString(""),
                line.path("report").asString(""),
                line.path("began").asLong(0),
                line.path("admitted").asLong(0),
                line.path("ready").asLong(0),
                line.path("over").asLong(0),
                line.path("ended").asLong(0),
                machines);
    }
}
