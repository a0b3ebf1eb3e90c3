package io.github.qmpjunit.qemu.guest;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static io.github.qmpjunit.qmp.QmpEvents.VSERPORT_CHANGE;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.qemu.process.ExitStatus;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.wiring.AgentPort;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.TypedCommand;
import io.github.qmpjunit.secrets.Secrets;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The guest agent of a machine: a program in the guest that carries out a test's requests there.
 *
 * <pre>{@code
 * agent.awaitReady(BOOT);
 * assertThat(agent.run("uname", "-s")).succeeds().hasOutput("Linux\n");
 * assertThat(agent.run("ls", "/nowhere")).hasExitStatus(1).stderrContains("No such file");
 * }</pre>
 *
 * <p>The guest needs QEMU's guest agent ({@code qemu-guest-agent}). You need not wait for it: each request waits
 * until the agent answers, within its timeout, also after a reboot of the guest. Before the first request, and whenever an answer may be outstanding, both sides are synchronised ({@code guest-sync-delimited}), so that no answer is mistaken for another.
 *
 * <p>Requests are sent one at a time; further ones wait for their turn. Thread-safe.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class GuestAgent {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** QEMU keeps a request until the agent has started, so this only covers a request that was lost. */
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(1);

    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(16);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

    /** Added to a program's time limit: for the answer that says whether it has ended, and for killing it. */
    private static final Duration LAST_ANSWER = Duration.ofSeconds(2);

    private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

    /** The agent reports a program's exit only when all processes that inherited its output have closed it. */
    private static final String OUTPUT_OPEN =
            ", but something that it started keeps its output open. Let what goes on in the background write elsewhere, such as to /dev/null";

    private final String owner;
    private final Supplier<String> circumstances;
    private final Secrets secrets;
    private volatile AgentConnection connection;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile boolean synchronised;
    private long lastId;

    /**
     * Speak to the agent in the guest of a machine, over the connected socket of its port.
     *
     * @param socket the socket; the caller closes it
     * @param machine the machine, which is queried when the agent does not answer
     * @param label the machine's label, for messages
     * @param consoles the machine's consoles, whose last lines show how far the guest has booted
     * @param secrets the machine's secrets, to which the agent's are added
     * @return the agent
     * @throws IOException if the socket is not connected
     */
    public static GuestAgent of(
            Socket socket, MonitoredProcess machine, String label, Collection<SerialConsole> consoles, Secrets secrets)
            throws IOException {
        GuestAgent agent = new GuestAgent(socket, label, new AgentDiagnosis(machine, consoles)::explain, secrets);
        machine.qmp()
                .onEvent(
                        event(VSERPORT_CHANGE).withData("id", AgentPort.DEVICE),
                        change -> agent.portChanged(change.data().path("open").asBoolean(false)));
        return agent;
    }

    /**
     * @param owner the machine's label
     * @param circumstances describes in sentences what is known when the agent does not answer
     * @param secrets the machine's secrets, to which the agent's are added
     */
    GuestAgent(Socket socket, String owner, Supplier<String> circumstances, Secrets secrets) throws IOException {
        this.owner = owner;
        this.secrets = secrets;
        this.circumstances = circumstances;
        this.connection = new AgentConnection(socket, owner);
    }

    /**
     * Continue over another socket: that of a machine that was restarted. Wait for the agent there as after a boot.
     *
     * @param socket the socket; the caller closes it
     * @throws IOException if the socket is not connected
     */
    public void reconnect(Socket socket) throws IOException {
        connection = new AgentConnection(socket, owner);
        synchronised = false;
    }

    /** Note that the port was opened or closed in the guest: it may have another agent now. */
    void portChanged(boolean open) {
        synchronised = false;
        if (!open) {
            connection.agentLeft();
        }
    }

    /**
     * Run an action while no request is sent to the agent, and synchronise before the next request.
     *
     * @param timeout how long to wait for the end of a running request
     * @param action the action
     * @throws GuestAgentException if that request takes longer
     */
    public void whileQuiet(Duration timeout, Runnable action) {
        Waiting waiting =
                Waiting.begin(() -> "the answer of the guest agent of %s to an earlier question".formatted(owner));
        try {
            acquire("be quiet for a moment", Deadline.in(timeout));
        } finally {
            waiting.end();
        }
        try {
            action.run();
        } finally {
            synchronised = false;
            asking.unlock();
        }
    }

    /**
     * Wait until the agent answers, which means that the guest has booted.
     *
     * @param timeout how long to wait at most
     * @throws GuestAgentException if it does not answer in time, or the machine ends; the message says what is known about it
     */
    public void awaitReady(Duration timeout) {
        execute(QmpCommand.of("guest-ping").withTimeout(timeout));
    }

    /**
     * Execute a command of the agent without arguments.
     *
     * @param command the command's name, such as {@code guest-info}
     * @return what the agent returned
     * @throws GuestAgentException if the agent answers with an error, or not within 30 s
     */
    public JsonNode execute(String command) {
        return execute(QmpCommand.of(command));
    }

    /**
     * Execute a command of the agent, as {@link #execute(String)} does.
     *
     * @param command the command's name
     * @param arguments a Map, tree, record or bean that becomes a JSON object
     * @return what the agent returned
     */
    public JsonNode execute(String command, Object arguments) {
        return execute(QmpCommand.of(command, arguments));
    }

    /**
     * Execute a command of the agent, as {@link #execute(String)} does.
     *
     * @param command the command; its own timeout, if it has one, includes the wait for the agent
     * @return what the agent returned
     */
    public JsonNode execute(QmpCommand command) {
        Waiting waiting = Waiting.step(() -> "the answer of the guest agent of %s to %s".formatted(owner, command));
        try {
            JsonNode answer =
                    executeInTurn(command, Deadline.in(command.timeout().orElse(TIMEOUT)));
            waiting.fulfilled(JsonValues.excerpt(secrets.mask(answer)));
            return answer;
        } finally {
            waiting.end();
        }
    }

    private JsonNode executeInTurn(QmpCommand command, Deadline deadline) {
        acquire(command, deadline);
        try {
            synchronise(command, deadline);
            synchronised = false; // until the answer is there
            JsonNode reply = connection.ask(message(command), lastId, false, deadline);
            if (reply == null) {
                throw noReply(command, deadline);
            }
            synchronised = !connection.hasAgentLeft();
            return resultOf(command, reply);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GuestAgentException("The thread was interrupted during " + command, e);
        } finally {
            asking.unlock();
        }
    }

    /**
     * Execute a command that knows the type of what it returns, as {@link #execute(String)} does.
     *
     * @param <R> the result's type
     * @param command the command
     * @return the result
     * @throws GuestAgentException if the agent answers with an error, not in time, or with a value that does not fit the type
     */
    public <R> R execute(TypedCommand<R> command) {
        QmpCommand untyped = command.untyped();
        JsonNode returned = execute(untyped);
        try {
            return command.read(returned);
        } catch (IllegalArgumentException e) {
            Secrets known = new Secrets().learn(secrets).learn(returned);
            throw new GuestAgentException(
                    "Cannot read the reply of the guest agent of %s to %s: %s%n%s"
                            .formatted(
                                    owner,
                                    untyped,
                                    known.mask(String.valueOf(e.getMessage())),
                                    JsonValues.excerpt(known.mask(returned))),
                    TerminalText.cause(e, known::mask));
        }
    }

    /**
     * Execute a command that the agent does not answer when it succeeds, such as {@code guest-shutdown}.
     *
     * @param command the command
     * @throws GuestAgentException if the agent does not answer before it is sent
     */
    public void executeWithoutReply(QmpCommand command) {
        Waiting waiting = Waiting.step(() -> "the guest agent of %s, to tell it %s".formatted(owner, command));
        try {
            tellInTurn(command, Deadline.in(command.timeout().orElse(TIMEOUT)));
            waiting.fulfilled();
        } finally {
            waiting.end();
        }
    }

    /**
     * Execute a command that the agent does not answer when it succeeds, as {@link #executeWithoutReply(QmpCommand)} does.
     *
     * @param command the command
     * @throws GuestAgentException if the agent is not there to hear it
     */
    public void executeWithoutReply(TypedCommand<?> command) {
        executeWithoutReply(command.untyped());
    }

    private void tellInTurn(QmpCommand command, Deadline deadline) {
        acquire(command, deadline);
        try {
            synchronise(command, deadline);
            connection.tell(message(command), lastId, false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GuestAgentException("The thread was interrupted before " + command, e);
        } finally {
            synchronised = false;
            asking.unlock();
        }
    }

    private void acquire(Object what, Deadline deadline) {
        try {
            if (!asking.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new GuestAgentException(
                        "Could not ask the guest agent of %s to %s within %s: it has been asked something else, and has not answered yet"
                                .formatted(owner, what, Deadline.formatTimeout(deadline.timeout())),
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GuestAgentException("The thread was interrupted before it could ask the guest agent", e);
        }
    }

    private ObjectNode message(QmpCommand command) {
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("execute", command.name());
        command.arguments().ifPresent(arguments -> {
            secrets.learn(arguments);
            message.set("arguments", arguments);
        });
        return message.put("id", ++lastId);
    }

    /** Make sure that an agent is running, and that its next line answers the next request. */
    private void synchronise(QmpCommand purpose, Deadline deadline) throws InterruptedException {
        Duration patience = FIRST_PATIENCE;
        while (!synchronised) {
            synchronised = true; // unless a change is noted meanwhile
            long id = lastId + 1;
            Duration left = deadline.remaining();
            JsonNode reply = connection.ask(
                    message(QmpCommand.of("guest-sync-delimited", Map.of("id", id))),
                    id,
                    true,
                    Deadline.in(left.compareTo(patience) < 0 ? left : patience));
            if (reply == null || reply.path("return").asLong(-1) != id) {
                synchronised = false;
                if (deadline.isOver() || connection.hasEnded()) {
                    throw noReply(purpose, deadline);
                }
                patience = patience.compareTo(LONGEST_PATIENCE) < 0 ? patience.multipliedBy(2) : LONGEST_PATIENCE;
            }
        }
    }

    private GuestAgentException noReply(QmpCommand command, Deadline deadline) {
        String how;
        if (connection.hasEnded()) {
            how = "the machine has ended";
        } else if (!deadline.isOver()) {
            how = "it has left its port, so it or the guest was restarted";
        } else {
            how = "there was none within " + Deadline.formatTimeout(deadline.timeout());
        }
        return new GuestAgentException(
                "No answer of the guest agent of %s to %s: %s. %s".formatted(owner, command, how, circumstances.get()),
                null);
    }

    private JsonNode resultOf(QmpCommand command, JsonNode reply) {
        JsonNode error = reply.get("error");
        if (error != null) {
            String errorClass = error.path("class").asString("?");
            throw new GuestAgentException(
                    "%s: %s%n  from the guest agent of %s, in reply to: %s"
                            .formatted(
                                    errorClass, secrets.mask(error.path("desc").asString("?")), owner, command),
                    errorClass,
                    null);
        }
        return reply.path("return");
    }

    /**
     * Run a program in the guest and wait at most 30 s for its end, as {@link #run(GuestProgram)} does.
     *
     * @param program a path, or a name on the agent's own {@code PATH}
     * @param arguments its arguments; no shell looks at them
     * @return its result, success or failure
     * @throws GuestAgentException if it cannot be started, or takes longer; it is killed then
     */
    public GuestProgramResult run(String program, String... arguments) {
        return run(GuestProgram.of(program, arguments));
    }

    /**
     * Run a program in the guest and wait for its end. This takes at most 10 s longer than the program's time limit: if it must
     * be killed, or the agent no longer answers.
     *
     * @param program the program
     * @return its result, success or failure
     * @throws GuestAgentException if it cannot be started; if it exceeds its time limit, after which it is killed; or if the
     *     agent does not report its end
     */
    public GuestProgramResult run(GuestProgram program) {
        Waiting waiting = Waiting.step(() -> "the end of \"%s\" in the guest of %s".formatted(program, owner));
        try {
            GuestProgramResult result = runToItsEnd(program);
            waiting.fulfilled(secrets.mask(result.toString()));
            return result;
        } finally {
            waiting.end();
        }
    }

    private GuestProgramResult runToItsEnd(GuestProgram program) {
        Deadline deadline = Deadline.in(program.timeLimit());
        Deadline lastAnswer = Deadline.in(deadline.timeout().plus(LAST_ANSWER));
        long pid = start(program, deadline);
        JsonNode status;
        try {
            status = awaitEnd(pid, deadline, lastAnswer);
        } catch (GuestAgentException e) {
            throw new GuestAgentException(
                    "Nobody knows what became of \"%s\" in the guest of %s: %s"
                            .formatted(program, owner, e.getMessage()),
                    e);
        }
        if (status == null) {
            throw new GuestAgentException(
                    "\"%s\" in the guest of %s %s".formatted(program, owner, kill(program, pid)), null);
        }
        return result(program, status);
    }

    private long start(GuestProgram program, Deadline deadline) {
        List<String> command = program.command();
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("path", command.get(0));
        arguments.put("arg", command.subList(1, command.size()));
        arguments.put("capture-output", true);
        if (!program.environment().isEmpty()) {
            arguments.put(
                    "env",
                    program.environment().entrySet().stream()
                            .map(variable -> variable.getKey() + "=" + variable.getValue())
                            .toList());
        }
        if (!program.input().isEmpty()) {
            arguments.put(
                    "input-data",
                    Base64.getEncoder().encodeToString(program.input().getBytes(StandardCharsets.UTF_8)));
        }
        return execute(QmpCommand.of("guest-exec", arguments).withTimeout(deadline.remaining()))
                .path("pid")
                .asLong(0);
    }

    /** Return the status of a program that has ended; {@code null} if it has not ended in time. The answer may arrive later. */
    private @Nullable JsonNode awaitEnd(long pid, Deadline deadline, Deadline lastAnswer) {
        QmpCommand query = QmpCommand.of("guest-exec-status", Map.of("pid", pid));
        Duration pause = FIRST_PAUSE;
        while (true) {
            JsonNode status = execute(query.withTimeout(lastAnswer.remaining()));
            if (status.path("exited").asBoolean(false)) {
                return status;
            }
            if (deadline.isOver()) {
                return null;
            }
            pause(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GuestAgentException("The thread was interrupted while a program ran in the guest", e);
        }
    }

    /** Kill a program, and describe the outcome and its output. */
    private String kill(GuestProgram program, long pid) {
        String late = "has not ended within " + Deadline.formatTimeout(program.timeLimit());
        try {
            Deadline deadline = Deadline.in(KILL_LIMIT);
            Optional<String> refusal = sendKill(pid, deadline);
            if (refusal.isPresent()) {
                return isNoLongerThere(refusal.get())
                        ? "has ended" + OUTPUT_OPEN
                        : late + ", and it could not be killed: " + refusal.get();
            }
            JsonNode status = awaitEnd(pid, Deadline.in(deadline.remaining().minus(LONGEST_PAUSE)), deadline);
            if (status != null) {
                GuestProgramResult result = result(program, status);
                return late + "; it was killed"
                        + GuestProgramResult.written("standard output", result.stdout(), result.stdoutTruncated())
                        + GuestProgramResult.written("standard error", result.stderr(), result.stderrTruncated());
            }
            return sendKill(pid, Deadline.in(LAST_ANSWER))
                            .filter(GuestAgent::isNoLongerThere)
                            .isPresent()
                    ? late + "; it was killed" + OUTPUT_OPEN
                    : late + ", and not even after it was sent SIGKILL";
        } catch (GuestAgentException e) {
            return late + ", and it could not be killed: " + e.getMessage();
        }
    }

    /** Return why that failed; empty if it succeeded. */
    private Optional<String> sendKill(long pid, Deadline deadline) {
        Map<String, ?> kill =
                Map.of("path", "kill", "arg", List.of("-KILL", Long.toString(pid)), "capture-output", true);
        long killer = execute(QmpCommand.of("guest-exec", kill).withTimeout(deadline.remaining()))
                .path("pid")
                .asLong(0);
        JsonNode status =
                awaitEnd(killer, deadline, Deadline.in(deadline.remaining().plus(LAST_ANSWER)));
        if (status == null) {
            return Optional.of("\"kill\" does not end");
        }
        return status.path("exitcode").asInt(-1) == 0
                ? Optional.empty()
                : Optional.of(text(status.path("err-data")).strip());
    }

    private static boolean isNoLongerThere(String refusal) {
        return refusal.contains("No such process");
    }

    private static GuestProgramResult result(GuestProgram program, JsonNode status) {
        JsonNode signal = status.get("signal");
        return new GuestProgramResult(
                program,
                signal == null
                        ? new ExitStatus(status.path("exitcode").asInt(-1), false)
                        : new ExitStatus(signal.asInt(), true),
                text(status.path("out-data")),
                text(status.path("err-data")),
                status.path("out-truncated").asBoolean(false),
                status.path("err-truncated").asBoolean(false));
    }

    private static String text(JsonNode base64) {
        return new String(Base64.getDecoder().decode(base64.asString("")), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "guest agent of " + owner;
    }
}
