package io.github.qmpjunit.junit;

/** Says whether a person may be looking on; run in a JVM of its own. */
final class TerminalProbe {

    private TerminalProbe() {}

    @SuppressWarnings("SystemOut") // for the test that has started it
    public static void main(String[] args) {
        System.out.println("interactive: " + Terminal.isInteractive());
    }
}
