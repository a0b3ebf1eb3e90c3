package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.qemu.process.QemuNotFoundException;
import org.apiguardian.api.API;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/** What happens to a test for which there is no QEMU. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public enum Missing {

    /** It fails, as any test whose surroundings are not in order. */
    FAIL,

    /** It is skipped. A run in which everything is skipped is green, so ask for it only where somebody looks. */
    SKIP;

    /** Start something, and skip the test, or the class, if there is no QEMU for it and that is what the configuration asks for. */
    static void orSkip(ExtensionContext context, Runnable start) {
        try {
            start.run();
        } catch (QemuNotFoundException e) {
            if (Configuration.of(context).choice(ConfigurationKeys.MISSING, FAIL) == SKIP) {
                throw new TestAbortedException(
                        TerminalText.message("Skipped, as %s = skip asks for: %s"
                                .formatted(ConfigurationKeys.MISSING, e.getMessage())),
                        e);
            }
            throw e;
        }
    }
}
