package io.github.qmpjunit.secrets;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Programs that take a password by an option that does not say so: a table. {@code -pX} is a password for mysql, a port for ssh. */
final class ProgramOptions {

    /**
     * @param program how the program's name begins
     * @param option the option
     * @param apart whether the value may be the next word
     * @param behind behind which characters of the value the password begins, one of them; empty if the value is the password
     */
    private record Option(String program, String option, boolean apart, String behind) {}

    private static final List<Option> OPTIONS = List.of(
            new Option("mysql", "-p", false, ""),
            new Option("mariadb", "-p", false, ""),
            new Option("sshpass", "-p", true, ""),
            new Option("7z", "-p", false, ""),
            new Option("zip", "-P", true, ""),
            new Option("unzip", "-P", true, ""),
            new Option("docker", "-p", true, ""),
            new Option("podman", "-p", true, ""),
            new Option("redis-cli", "-a", true, ""),
            new Option("ldap", "-w", true, ""),
            new Option("ipmitool", "-P", true, ""),
            new Option("curl", "-u", true, ":"),
            new Option("curl", "--user", true, ":"),
            new Option("curl", "-U", true, ":"),
            new Option("curl", "--proxy-user", true, ":"),
            new Option("smbclient", "-U", true, "%"),
            new Option("rpcclient", "-U", true, "%"),
            new Option("xfreerdp", "/p:", false, ""),
            new Option("wlfreerdp", "/p:", false, ""));

    /** Words of a shell, quotes around a whole word left out. */
    private static final class Words {

        /** Made where it is needed: most texts name no such program. */
        static final Pattern PATTERN = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*+)\"|'([^']*+)'|([^\\s\"']+)");
    }

    private ProgramOptions() {}

    /**
     * A part of one of several words.
     *
     * @param index of the word
     * @param span what of it
     */
    record Hit(int index, Span span) {}

    /** Add what is found in a text that may be a shell's command line. */
    static void find(String text, List<Span> spans) {
        if (!mayBeIn(text)) {
            return;
        }
        List<String> words = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        Matcher matcher = Words.PATTERN.matcher(text);
        while (matcher.find()) {
            int group = 1;
            while (matcher.start(group) < 0) {
                group++;
            }
            words.add(matcher.group(group));
            places.add(matcher.start(group));
        }
        for (Hit hit : find(words)) {
            int place = places.get(hit.index());
            spans.add(new Span(place + hit.span().start(), place + hit.span().end()));
        }
    }

    private static boolean mayBeIn(String text) {
        if (!text.contains(" -") && !text.contains(" /p:")) {
            return false;
        }
        for (Option option : OPTIONS) {
            if (text.contains(option.program())) {
                return true;
            }
        }
        return false;
    }

    /** Return what is found in the words of a command line. */
    static List<Hit> find(List<String> words) {
        List<Hit> hits = new ArrayList<>();
        String program = "";
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (isEndOfCommand(word)) {
                program = "";
                continue;
            }
            String name = word.substring(word.lastIndexOf('/') + 1);
            for (Option option : OPTIONS) {
                if (!word.startsWith("-") && !word.startsWith("/p:") && name.startsWith(option.program())) {
                    program = name;
                } else if (!program.isEmpty() && program.startsWith(option.program())) {
                    find(words, i, option, hits);
                }
            }
        }
        return hits;
    }

    private static boolean isEndOfCommand(String word) {
        return word.equals("|") || word.equals(";") || word.equals("&&") || word.equals("||") || word.equals("&");
    }

    private static void find(List<String> words, int place, Option option, List<Hit> hits) {
        String word = words.get(place);
        boolean isLong = option.option().startsWith("--");
        if (word.equals(option.option())) {
            if (option.apart() && place + 1 < words.size()) {
                add(words, place + 1, 0, option, hits);
            }
        } else if (isLong ? word.startsWith(option.option() + "=") : word.startsWith(option.option())) {
            add(words, place, option.option().length() + (isLong ? 1 : 0), option, hits);
        }
    }

    private static void add(List<String> words, int index, int begin, Option option, List<Hit> hits) {
        String word = words.get(index);
        int start = begin;
        if (!option.behind().isEmpty()) {
            int separator = word.indexOf(option.behind(), begin);
            if (separator < 0) {
                return;
            }
            start = separator + 1;
        }
        if (start < word.length() && !SecretPlaces.isSwitch(word.substring(start))) {
            hits.add(new Hit(index, new Span(start, word.length())));
        }
    }
}
