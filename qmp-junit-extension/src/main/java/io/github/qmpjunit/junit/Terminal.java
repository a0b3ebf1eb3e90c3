package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.TerminalText;
import java.io.Console;

/** Where a person looks while tests run: the standard error, which build tools pass on as it comes. */
final class Terminal {

    private Terminal() {}

    /** Return whether a person may be looking on. From JDK 22 on, there is a console also where there is no terminal. */
    @SuppressWarnings("SystemConsoleNull") // before JDK 22 there may be none
    static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    @SuppressWarnings("SystemOut") // meant for a person who waits, not for a log
    static void say(String text) {
        System.err.println("[qmp-junit] " + TerminalText.message(text));
    }
}
