package io.github.qmpjunit.shell;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpInterruptedException;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.util.Optional;
import java.util.function.Consumer;

/** Executes lines and tells what comes of them, secrets masked. */
final class Session {

    private final QmpClient client;
    private final boolean hmp;
    private final Consumer<String> out;
    private final Consumer<String> err;
    private final LineParser parser = new LineParser(this::schema);

    Session(QmpClient client, boolean hmp, Consumer<String> out, Consumer<String> err) {
        this.client = client;
        this.hmp = hmp;
        this.out = text -> out.accept(TerminalText.of(text));
        this.err = text -> err.accept(TerminalText.of(text));
    }

    /** Return what the peer knows; empty where it has no schema, as qemu-ga has not, or cannot tell it now. */
    Optional<QmpSchema> schema() {
        try {
            return Optional.of(client.schema());
        } catch (QmpException e) {
            return Optional.empty();
        }
    }

    /** Execute a line; return whether that succeeded. */
    boolean execute(String line) {
        if (line.isBlank() || line.stripLeading().startsWith("#")) {
            return true;
        }
        client.secrets().learn(line);
        try {
            String reply = hmp
                    ? client.secrets().mask(client.hmp(line.strip()).stripTrailing())
                    : client.secrets().mask(client.execute(parser.parse(line))).toPrettyString();
            if (!reply.isEmpty()) {
                out.accept(reply);
            }
            return true;
        } catch (QmpErrorException e) {
            err.accept(client.secrets()
                    .mask("%s: %s%s"
                            .formatted(
                                    e.errorClass(),
                                    e.description(),
                                    e.hint()
                                            .map(hint -> System.lineSeparator() + hint)
                                            .orElse(""))));
        } catch (QmpInterruptedException e) {
            Thread.interrupted(); // Ctrl-C is answered with this
            err.accept("Gave up waiting for the reply; the command may be executed all the same.");
        } catch (QmpException | IllegalArgumentException e) {
            err.accept(client.secrets().mask(String.valueOf(e.getMessage())));
        }
        return false;
    }
}
