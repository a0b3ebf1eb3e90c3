package io.github.qmpjunit.failures;

import java.util.Map;
import java.util.TreeMap;

/** What each of the {@link SeededFailures} must say, so that its cause is clear from the message alone. */
final class Causes {

    private Causes() {}

    /** Return a part of each message, by the number of the failure. */
    static Map<String, String> byNumber() {
        Map<String, String> causes = new TreeMap<>();
        causes.put(
                "01", "allowedStderr(\"...\") of the extension's builder, or for all machines qmpjunit.allowed-stderr");
        causes.put("02", "@Vm(allowedStderr = \"...\"), or for all machines qmpjunit.allowed-stderr");
        causes.put("03", "Correct the name where it is given: @Vm(binary = ...)");
        causes.put("04", "\"q53\" is not known; did you mean \"q35\"?");
        causes.put("05", "did you mean \"virtio-blk-pci\"?");
        causes.put("06", "did you mean \"Haswell\"");
        causes.put("07", "did you mean \"tcg\"?");
        causes.put("08", "did you mean \"user\"?");
        causes.put("09", "did you mean \"qcow\" or \"qcow2\"?");
        causes.put("10", "\"src\" has one: was the command meant for that machine?");
        causes.put("11", "jobs have no status \"redy\"; did you mean \"ready\"?");
        causes.put("12", "there is no job \"miror0\"; did you mean \"mirror0\"?");
        causes.put("13", "QMP client \"src\" has received it instead");
        causes.put("14", "but it came earlier: STOP");
        causes.put("15", "STOP of \"dst\"");
        causes.put("16", "Cause: \"dst\" has ended: Size mismatch: pc.ram");
        causes.put("17", "\"vm\" has no node \"dikso\"; there are \"disk0\"");
        causes.put("18", "there is no job \"mirror0\"; did you mean \"mirror1\"?");
        causes.put("19", "now waits for the command job-complete");
        causes.put("20", "but status is \"running\"");
        causes.put("21", "\"vm\" has no device \"rng1\"; did you mean \"rng0\"?");
        causes.put("22", "was ended by signal 9 (SIGKILL)");
        causes.put("23", "status is \"prelaunch\": its guest stands still until the command cont");
        causes.put("24", "was stopped by a read error");
        causes.put("25", "No such file or directory");
        causes.put("26", "The name is relative to the working directory");
        causes.put("27", "An option and its value are two arguments");
        causes.put("28", "did you mean \"-nographic\"?");
        causes.put("29", "cannot set up guest memory");
        causes.put("30", "job \"mirror0\" (mirror) is still ready");
        causes.put("31", "exited with status 3");
        causes.put("32", "does not run qemu-guest-agent");
        causes.put("33", "An earlier test, Seed33 > stops(QmpClient), left on the machine: the run state \"paused\"");
        causes.put("34", "but it received:");
        causes.put("35", "eprecated parameter");
        causes.put("36", "the test waited for STOP");
        causes.put("37", "matches, but an earlier assertion has consumed it");
        causes.put("38", "did you mean BLOCK_JOB_READY?");
        causes.put("39", "has failed: Input/output error");
        causes.put("40", "A machine of type \"none\" has no hardware");
        causes.put("41", "It waits behind {\"execute\":\"chardev-add\"");
        causes.put("42", "but it is 0 in:");
        causes.put("43", "No IRQ raise 4");
        causes.put("44", "machines have no status \"pausd\"; did you mean \"paused\"?");
        causes.put("45", "but there is one more:");
        causes.put("46", "Failed to get \"write\" lock");
        causes.put("47", "did you mean \"target\"?");
        causes.put("48", "-blockdev needs a \"driver\"");
        causes.put("49", "did you mean \"src\"?");
        causes.put("50", "it has written nothing");
        causes.put("51", "status: \"ready\"");
        causes.put("52", "but was: \"running\"");
        causes.put("53", "Connection refused");
        causes.put("54", "exited with status 0");
        causes.put("56", "but it still runs");
        causes.put("59", "Size mismatch: pc.ram");
        causes.put("60", "\"vm\" has no job \"miror0\"; did you mean \"mirror0\"?");
        causes.put("61", "\"drvie\" is not known; did you mean \"drive\"?");
        causes.put("62", "exited with status 0");
        return causes;
    }
}
