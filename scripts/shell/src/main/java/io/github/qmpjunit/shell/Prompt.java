package io.github.qmpjunit.shell;

import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.secrets.Secrets;
import java.io.IOError;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Instant;
import org.jline.keymap.KeyMap;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.history.DefaultHistory;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A person at a terminal. Ctrl-C gives up the line, or waiting for a reply; Ctrl-D leaves. */
final class Prompt implements AutoCloseable {

    private final String prompt;
    private final Terminal terminal;
    private final LineReader reader;
    private final Session session;
    private final Thread thread = Thread.currentThread();
    private volatile boolean ended;
    private boolean left;

    /**
     * Open the terminal; this thread is the one that reads from it.
     *
     * @param ownsServer whether QEMU is our child: Ctrl-C must not become a signal then, since the terminal would send it to QEMU
     *     as well, which ends by it
     */
    Prompt(QmpClient client, boolean hmp, boolean ownsServer) throws IOException {
        prompt = hmp ? "(HMP) " : "(QMP) ";
        terminal = TerminalBuilder.builder().system(true).build();
        terminal.handle(Terminal.Signal.INT, signal -> thread.interrupt());
        session = new Session(client, hmp, this::print, this::print);
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(new Words(hmp))
                .history(new DiscreetHistory(client.secrets()))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .variable(LineReader.HISTORY_FILE, Path.of(System.getProperty("user.home"), ".qmp-shell-history"))
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "...   ");
        if (!hmp) {
            builder.completer(new SchemaCompleter(session::schema));
        }
        reader = builder.build();
        if (ownsServer) {
            Attributes attributes = terminal.getAttributes();
            attributes.setLocalFlag(Attributes.LocalFlag.ISIG, false);
            terminal.setAttributes(attributes);
            reader.getWidgets().put("give-up-line", () -> {
                throw new UserInterruptException(reader.getBuffer().toString());
            });
            reader.getKeyMaps().values().forEach(keys -> keys.bind(new Reference("give-up-line"), KeyMap.ctrl('C')));
        }
    }

    /** Execute what is typed until Ctrl-D or the end of the connection. */
    void run() {
        try {
            while (!ended) {
                executeNextLine();
            }
        } catch (EndOfFileException e) {
            // Ctrl-D
        } finally {
            leave();
        }
    }

    private void executeNextLine() {
        try {
            session.execute(reader.readLine(session.isInTransaction() ? "TRANS> " : prompt));
        } catch (UserInterruptException e) {
            // A new prompt is the answer, or the connection has ended.
        } catch (IOError e) {
            if (!(e.getCause() instanceof InterruptedIOException)) {
                throw e;
            }
        }
    }

    private synchronized void leave() {
        left = true;
        Thread.interrupted(); // what follows is to wait as long as it takes
    }

    /** Print above the line that is being edited, if one is. */
    void print(String text) {
        reader.printAbove(text);
    }

    /** Stop reading: the connection has ended. */
    synchronized void end() {
        if (!left) {
            ended = true;
            thread.interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }

    /** What was typed can be brought back with the arrow keys, and is kept in a file: without secrets. */
    static final class DiscreetHistory extends DefaultHistory {

        private final Secrets secrets;

        DiscreetHistory(Secrets secrets) {
            this.secrets = secrets;
        }

        @Override
        public void add(Instant time, String line) {
            super.add(time, secrets.learn(line).mask(line));
        }
    }

    /** Words end at spaces; JSON's quotes are no quotes of ours, and a command in JSON goes on until its last brace. */
    static final class Words extends DefaultParser {

        private final boolean hmp;

        Words(boolean hmp) {
            this.hmp = hmp;
            setQuoteChars(new char[0]);
            setEscapeChars(new char[0]);
        }

        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            if (context == ParseContext.ACCEPT_LINE && !hmp && LineParser.isUnfinished(line)) {
                throw new EOFError(-1, -1, "the command goes on");
            }
            return super.parse(line, cursor, context);
        }
    }
}
