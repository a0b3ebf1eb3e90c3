package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.TerminalText;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tells what a test leaves behind on a machine that others use after it: in JUnit's report, and as a warning. */
final class LeftoversReport {

    /** The key of the entry in JUnit's report. */
    static final String KEY = "qmp-junit leftovers";

    private static final Logger LOGGER = System.getLogger(LeftoversReport.class.getName());

    private LeftoversReport() {}

    static void publish(String leftovers, VmDefinition definition, ExtensionContext context) {
        String sentence = "%s leaves on %s, which other tests use after it: %s"
                .formatted(context.getDisplayName(), definition.label(), leftovers);
        context.publishReportEntry(KEY, sentence);
        LOGGER.log(Level.WARNING, TerminalText.message(sentence));
    }
}
