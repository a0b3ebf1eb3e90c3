package io.github.qmpjunit.shell;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpErrorException;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpInterruptedException;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Executes lines and tells what comes of them, secrets masked. */
final class Session {

    private static final String TRANSACTION = "transaction(";

    private final QmpClient client;
    private final boolean hmp;
    private final Consumer<String> out;
    private final Consumer<String> err;
    private final LineParser parser = new LineParser(this::schema);

    /** The actions of the transaction that is being typed; null outside of one. */
    private @Nullable ArrayNode actions;

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

    /** Return whether the lines are actions of a transaction. */
    boolean isInTransaction() {
        return actions != null;
    }

    /** Take note that no further line comes; return whether nothing is missing. */
    boolean end() {
        if (actions != null) {
            err.accept("The transaction was not executed: a line with \")\" is missing.");
        }
        return actions == null;
    }

    /**
     * Return the command in a line; empty for one that only adds an action to a transaction, as between {@code transaction(} and
     * {@code )} of QEMU's own qmp-shell.
     */
    private Optional<QmpCommand> commandIn(String line) {
        String text = line.strip();
        if (actions == null) {
            if (!text.startsWith(TRANSACTION)) {
                return Optional.of(parser.parse(line));
            }
            actions = JsonNodeFactory.instance.arrayNode();
            text = text.substring(TRANSACTION.length()).strip();
        }
        if (text.startsWith(")") && text.length() > 1) {
            throw new IllegalArgumentException("Expected nothing after the \")\" of a transaction, but found \"%s\"."
                    .formatted(text.substring(1).strip()));
        }
        boolean ends = text.equals(")") || text.endsWith(" )");
        String action = ends ? text.substring(0, text.length() - 1).strip() : text;
        if (!action.isEmpty()) {
            add(actions, parser.parse(action));
        }
        if (!ends) {
            return Optional.empty();
        }
        QmpCommand transaction = QmpCommand.of("transaction").with("actions", actions);
        actions = null;
        return Optional.of(transaction);
    }

    private static void add(ArrayNode actions, QmpCommand action) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        action.arguments().ifPresent(arguments -> data.setAll(arguments.asObject()));
        actions.addObject().put("type", action.name()).set("data", data);
    }

    private String humanMonitor(String line) {
        String printed = client.execute("human-monitor-command", Map.of("command-line", line))
                .asString("")
                .stripTrailing();
        return line.startsWith("qemu-io ") && printed.isEmpty()
                ? "(qemu-io prints on QEMU's standard output, errors as well)"
                : printed;
    }

    /** Execute a line; return whether that succeeded. */
    boolean execute(String line) {
        if (line.isBlank() || line.stripLeading().startsWith("#")) {
            return true;
        }
        client.secrets().learn(line);
        try {
            String reply = hmp
                    ? client.secrets().mask(humanMonitor(line.strip()))
                    : commandIn(line)
                            .map(command -> client.secrets()
                                    .mask(client.execute(command))
                                    .toPrettyString())
                            .orElse("");
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
