package io.github.qmpjunit.qmp.scripted;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The server's reactions to a command. Each call adds the reaction to one further arrival of the command; the
 * last one is repeated.
 *
 * <pre>{@code
 * server.whenExecuted("stop")
 *         .repliesWithError("GenericError", "not now")
 *         .does(command -> command.sendEvent("STOP").reply());
 * }</pre>
 *
 * <p>Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class CommandScript {

    private final List<Consumer<ReceivedCommand>> turns = new CopyOnWriteArrayList<>();
    private final AtomicInteger arrivals = new AtomicInteger();

    CommandScript() {}

    /** {@return this; the server answers with an empty object} */
    public CommandScript replies() {
        return does(ReceivedCommand::reply);
    }

    /**
     * Answer with a value.
     *
     * @param value a Map, List, record, bean, tree, string or number
     * @return this
     */
    public CommandScript replies(Object value) {
        return does(command -> command.reply(value));
    }

    /**
     * Answer with the result of a function of the command.
     *
     * @param function called on the server's thread
     * @return this
     */
    public CommandScript repliesWith(Function<ReceivedCommand, ?> function) {
        return does(command -> command.reply(function.apply(command)));
    }

    /**
     * Answer with an error.
     *
     * @param errorClass its class, such as {@code GenericError}
     * @param description its text
     * @return this
     */
    public CommandScript repliesWithError(String errorClass, String description) {
        return does(command -> command.replyWithError(errorClass, description));
    }

    /**
     * {@return this; the server does nothing, for a test that wants no answer or
     * sends it itself: {@link ScriptedQmpServer#awaitCommand} returns the command}
     */
    public CommandScript staysSilent() {
        return does(command -> {});
    }

    /** {@return this; the server closes the connection instead of answering} */
    public CommandScript disconnects() {
        return does(command -> command.connection().disconnect());
    }

    /**
     * Run any action: send events, several replies or raw bytes, or close the connection.
     *
     * @param turn called on the server's thread; if it throws, the connection is
     *     closed, and {@link ScriptedQmpServer#close()} reports it
     * @return this
     */
    public CommandScript does(Consumer<ReceivedCommand> turn) {
        turns.add(turn);
        return this;
    }

    /** Return the reaction to this arrival, or {@code null} if the script is empty. */
    @Nullable
    Consumer<ReceivedCommand> nextTurn() {
        if (turns.isEmpty()) {
            return null;
        }
        return turns.get(Math.min(arrivals.getAndIncrement(), turns.size() - 1));
    }
}
