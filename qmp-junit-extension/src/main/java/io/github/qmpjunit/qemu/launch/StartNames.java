package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.internal.DidYouMean;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out what was probably meant by a name that QEMU has refused at its start: a machine's, a device's, a processor's. The binary lists
 * what it knows; that takes some ten milliseconds, after a failure only.
 */
final class StartNames {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** The first word of a line of a list, where most lists have their names. */
    private static final Pattern FIRST_WORD = Pattern.compile("^\\s*([\\w.+-]+)", Pattern.MULTILINE);

    private static final Pattern QUOTED_NAME = Pattern.compile("^name \"([^\"]+)\"", Pattern.MULTILINE);
    private static final Pattern PROCESSOR = Pattern.compile("^(?:\\w+ )? *([\\w.+-]+)", Pattern.MULTILINE);
    private static final Pattern OPTION = Pattern.compile("^(-[\\w-]+)", Pattern.MULTILINE);
    private static final Pattern PROPERTY = Pattern.compile("^\\s+([\\w.-]+)=<", Pattern.MULTILINE);
    private static final Pattern FORMAT = Pattern.compile("(?<=[ :])([\\w-]+)(?=[ \\n])");

    /** What QEMU complains of, with the name in the first group, and how to ask it for the names there are. */
    private record Refusal(Pattern complaint, String option, Pattern names) {}

    private static final List<Refusal> REFUSALS = List.of(
            refusal("'([^']+)' is not a valid device model name", "-device", QUOTED_NAME),
            refusal("unable to find CPU model '([^']+)'", "-cpu", PROCESSOR),
            refusal("invalid accelerator (\\S+)", "-accel", FIRST_WORD),
            refusal("-netdev [^\\n]*: Parameter 'type' does not accept value '([^']+)'", "-netdev", FIRST_WORD),
            refusal("-display [^\\n]*: Parameter 'type' does not accept value '([^']+)'", "-display", FIRST_WORD),
            refusal("-object [^\\n]*: Parameter 'qom-type' does not accept value '([^']+)'", "-object", FIRST_WORD),
            refusal("invalid object type: (\\S+)", "-object", FIRST_WORD),
            refusal("'([^']+)' is not a valid char driver name", "-chardev", FIRST_WORD),
            refusal("-blockdev [^\\n]*: Parameter 'driver' does not accept value '([^']+)'", "-drive", FORMAT),
            refusal("Unknown driver '([^']+)'", "-drive", FORMAT),
            refusal("(-[\\w-]+): invalid option", "-help", OPTION));

    /** Since QEMU 9 it names the type, before it did not. */
    private static final Pattern UNKNOWN_MACHINE = Pattern.compile("unsupported machine type");

    private static final Pattern UNKNOWN_PROPERTY =
            Pattern.compile("-device ([\\w.-]+),[^\\n]*: Property '[\\w.-]+\\.([\\w-]+)' not found");

    private static final Pattern UNKNOWN_VALUE = Pattern.compile("can't find value '([^']+)'");
    private static final Pattern OWN_ID = Pattern.compile("(?:^|[,{\" ])(?:id|node-name)(?:=|\":\\s*\")([\\w.-]+)");

    private StartNames() {}

    private static Refusal refusal(String complaint, String option, Pattern names) {
        return new Refusal(Pattern.compile(complaint), option, names);
    }

    /**
     * Return what was probably meant.
     *
     * @param commandLine the command that has ended, the binary first
     * @param stderr what it has written
     * @return a sentence; empty if there is nothing to say
     */
    static Optional<String> suggestion(List<String> commandLine, String stderr) {
        if (UNKNOWN_MACHINE.matcher(stderr).find()) {
            return valueOf("-machine", commandLine)
                    .flatMap(name -> suggestion(name, names(commandLine, "-machine", "help", FIRST_WORD)));
        }
        Matcher property = UNKNOWN_PROPERTY.matcher(stderr);
        if (property.find()) {
            return suggestion(property.group(2), names(commandLine, "-device", property.group(1) + ",help", PROPERTY));
        }
        Matcher value = UNKNOWN_VALUE.matcher(stderr);
        if (value.find()) {
            return suggestion(value.group(1), found(OWN_ID, String.join("\n", commandLine)));
        }
        for (Refusal refusal : REFUSALS) {
            Matcher complaint = refusal.complaint().matcher(stderr);
            if (complaint.find()) {
                String ask = refusal.option().equals("-drive") ? "format=?" : "help";
                return suggestion(complaint.group(1), names(commandLine, refusal.option(), ask, refusal.names()));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> suggestion(String given, Collection<String> names) {
        List<String> near = DidYouMean.of(given, names);
        return near.isEmpty()
                ? Optional.empty()
                : Optional.of("\"%s\" is not known%s"
                        .formatted(
                                given,
                                DidYouMean.ending(
                                        near.stream().map("\"%s\""::formatted).toList())));
    }

    private static Optional<String> valueOf(String option, List<String> commandLine) {
        int place = commandLine.lastIndexOf(option);
        return place < 0 || place + 1 == commandLine.size()
                ? Optional.empty()
                : Optional.of(
                        commandLine.get(place + 1).replaceFirst("^type=", "").replaceFirst(",.*", ""));
    }

    private static Collection<String> names(List<String> commandLine, String option, String ask, Pattern pattern) {
        return option.equals("-help")
                ? found(pattern, output(List.of(commandLine.get(0), option)))
                : found(pattern, output(List.of(commandLine.get(0), option, ask)));
    }

    private static Collection<String> found(Pattern pattern, String text) {
        Collection<String> names = new TreeSet<>();
        pattern.matcher(text).results().forEach(name -> names.add(name.group(1)));
        return names;
    }

    /** Return what a binary prints; empty if it cannot be asked, so that nothing is suggested. */
    private static String output(List<String> command) {
        Path directory = RunDirectory.ofThisJvm().create();
        try {
            return BriefProcess.run(command, directory, LIMIT).stdout();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        } finally {
            RunDirectory.ofThisJvm().remove(directory);
        }
    }
}
