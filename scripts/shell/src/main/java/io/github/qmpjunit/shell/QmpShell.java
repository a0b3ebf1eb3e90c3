package io.github.qmpjunit.shell;

import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpClientBuilder;
import io.github.qmpjunit.qmp.QmpDisconnectedException;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.QmpEventListener;
import io.github.qmpjunit.qmp.QmpException;
import io.github.qmpjunit.qmp.QmpPeer;
import io.github.qmpjunit.qmp.QmpTranscript;
import io.github.qmpjunit.qmp.transport.QmpAddress;
import io.github.qmpjunit.secrets.Secrets;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Talks to a QEMU by hand, or by a script on its standard input. */
@Command(
        usageHelpWidth = 100,
        name = "qmp-shell",
        customSynopsis = {"qmp-shell [OPTIONS] SOCKET", "       qmp-shell [OPTIONS] -- qemu-system-x86_64 [ARGUMENTS]"},
        description = "Talk to a QEMU: the one that listens at SOCKET, or one that is started and ends with the shell.",
        footer = {
            "",
            "Commands, at the prompt (Tab completes them) or one on each line of the standard input:",
            "  query-status",
            "  blockdev-add driver=qcow2 node-name=disk file.driver=file file.filename=disk.qcow2",
            "  blockdev-add driver=raw node-name=part file={\"driver\": \"null-co\", \"size\": 1048576}",
            "  transaction(",
            "  block-dirty-bitmap-add node=disk name=bitmap0",
            "  )",
            "  {\"execute\": \"job-dismiss\", \"arguments\": {\"id\": \"job0\"}}",
            "",
            "At a terminal, Ctrl-C gives up the line, or the wait for a reply; Ctrl-D leaves. From a pipe, replies go to",
            "the standard output, events and errors to the standard error, and the exit status is 1 if a command failed."
        })
public final class QmpShell implements Callable<Integer> {

    private static final int KEPT_EVENTS = 1000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final List<String> launch;
    private final InputStream in;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "SOCKET",
            converter = Addresses.class,
            description = "where QEMU's monitor listens: the path of a UNIX socket, or HOST:PORT")
    private @Nullable QmpAddress address;

    @Option(
            names = {"-H", "--hmp"},
            description = "Lines are commands of the human monitor, such as \"info block\".")
    private boolean hmp;

    @Option(
            names = {"-l", "--log"},
            paramLabel = "FILE",
            description = "Write every message in both directions to FILE, as JSON lines.")
    private @Nullable Path log;

    @Option(names = "--interactive", hidden = true, description = "A person is at the terminal; the script knows.")
    private boolean interactive;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this and end.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    private QmpShell(List<String> launch, InputStream in) {
        this.launch = launch;
        this.in = in;
    }

    /**
     * Run the shell and exit with its status.
     *
     * @param args see {@code --help}
     */
    public static void main(String... args) {
        System.exit(run(
                System.in,
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                args));
    }

    /** Run the shell; return 0, or 1 if something failed, or 2 if the arguments are wrong. */
    static int run(InputStream in, PrintWriter out, PrintWriter err, String... args) {
        List<String> words = Arrays.asList(args);
        int dashes = words.indexOf("--");
        List<String> own = dashes < 0 ? words : words.subList(0, dashes);
        List<String> launch = dashes < 0 ? List.of() : words.subList(dashes + 1, words.size());
        return new CommandLine(new QmpShell(launch, in))
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((exception, commandLine, parsed) -> {
                    if (!(exception instanceof QmpException
                            || exception instanceof QemuException
                            || exception instanceof IOException)) {
                        throw exception;
                    }
                    err.println("qmp-shell: " + exception.getMessage());
                    return 1;
                })
                .execute(own.toArray(String[]::new));
    }

    @Override
    public Integer call() throws IOException {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        if ((address == null) == launch.isEmpty()) {
            throw new ParameterException(
                    commandLine,
                    "Expected either a SOCKET to connect to, or -- and the command line of a QEMU to start.");
        }
        Secrets secrets = new Secrets().learn(launch);
        QmpClientBuilder builder = QmpClient.builder()
                .name("shell")
                .keepEvents(KEPT_EVENTS)
                .peer(new QmpPeer() {
                    @Override
                    public Secrets secrets() {
                        return secrets;
                    }
                });
        if (log != null) {
            builder.transcript(QmpTranscript.to(log));
        }
        QmpClient client = builder.build();
        if (address != null) {
            client.open(address);
            return talk(client, commandLine);
        }
        try (LaunchedQemu qemu = LaunchedQemu.start(launch)) {
            qemu.connect(client);
            int status = talkUntilTheEnd(client, commandLine);
            commandLine.getErr().println("QEMU " + qemu.stop() + ".");
            return status;
        }
    }

    /** Talk to our own QEMU: that the connection has ended is not all that there is to tell. */
    private int talkUntilTheEnd(QmpClient client, CommandLine commandLine) throws IOException {
        try {
            return talk(client, commandLine);
        } catch (QmpDisconnectedException e) {
            commandLine.getErr().println("qmp-shell: " + e.getMessage());
            return 1;
        }
    }

    @SuppressWarnings("try") // closing the client is all that the blocks are to do with it
    private int talk(QmpClient client, CommandLine commandLine) throws IOException {
        PrintWriter err = commandLine.getErr();
        QmpEventListener events = new QmpEventListener().keepAtMost(KEPT_EVENTS);
        client.registerWithHistory(events);
        if (interactive) {
            try (client;
                    Prompt prompt = new Prompt(client, hmp, !launch.isEmpty())) {
                follow(events, event -> prompt.print(client.secrets().mask(event)), prompt::end);
                prompt.run();
                return 0;
            }
        }
        CountDownLatch told = new CountDownLatch(1);
        try (client) {
            follow(events, event -> err.println(client.secrets().mask(event)), told::countDown);
            return executeAll(new Session(client, hmp, commandLine.getOut()::println, err::println)) ? 0 : 1;
        } finally {
            awaitBriefly(told);
        }
    }

    private boolean executeAll(Session session) throws IOException {
        boolean succeeded = true;
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null) {
            StringBuilder text = new StringBuilder(line);
            line = lines.readLine();
            while (!hmp && line != null && LineParser.isUnfinished(text.toString())) {
                text.append('\n').append(line);
                line = lines.readLine();
            }
            succeeded &= session.execute(text.toString());
        }
        boolean ended = session.end();
        return succeeded && ended;
    }

    /** Print events as they come, and tell when no more can come. */
    private static void follow(QmpEventListener events, Consumer<String> print, Runnable end) {
        Thread thread = new Thread(
                () -> {
                    for (QmpEvent event : events.arriving()) {
                        print.accept(TIME.format(event.timestamp().orElseGet(Instant::now)) + " " + event);
                    }
                    end.run();
                },
                "qmp-shell-events");
        thread.setDaemon(true);
        thread.start();
    }

    /** The last events are on their way to the screen. */
    private static void awaitBriefly(CountDownLatch told) {
        try {
            told.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
