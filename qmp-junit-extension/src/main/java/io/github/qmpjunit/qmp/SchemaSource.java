package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Waiting;
import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Finds a client's schema: first in this connection's memory, then in other clients of the same program, then by asking the peer.
 *
 * <p>The reader's thread never comes here, since asking the peer means to wait for the reader. So only the thread
 * that waited for a reply can explain it by the schema.
 */
final class SchemaSource {

    /** The longest time for an explanation; without it the plain error is good enough. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final QmpPeer peer;

    /** Makes threads that fail at the same time ask only once. Guards the fields below. */
    private final ReentrantLock asking = new ReentrantLock();

    private volatile @Nullable Known known;
    private volatile @Nullable QmpSession speechless;

    SchemaSource(QmpPeer peer) {
        this.peer = peer;
    }

    /** Return the schema of a session's peer. */
    QmpSchema of(QmpSession session, @Nullable QmpGreeting greeting, Duration timeout) {
        QmpSchema schema = knownOf(session);
        if (schema != null) {
            return schema;
        }
        Deadline deadline = Deadline.in(timeout);
        acquire(deadline);
        try {
            schema = knownOf(session);
            if (schema == null) {
                schema = cachedOrAsked(session, greeting, deadline);
                known = new Known(session, schema);
            }
            return schema;
        } finally {
            asking.unlock();
        }
    }

    /**
     * Return the error with a hint at what was probably meant or, without such a hint, the error itself. Asks the peer
     * only for errors that a mistyped name or value can cause, and stops after one failed attempt. Never asks for a command out of band: the peer may be too busy for others.
     */
    QmpErrorException explained(
            QmpErrorException error, QmpSession session, @Nullable QmpGreeting greeting, Duration timeout) {
        QmpCommand command = error.command();
        boolean mayAsk = !command.isOutOfBand() && !session.equals(speechless);
        if (!mayBeMistyped(error) || (knownOf(session) == null && !mayAsk)) {
            return error;
        }
        Waiting waiting = Waiting.begin(() -> "an explanation of the error in reply to " + command);
        try {
            List<String> problems = of(session, greeting, timeout.compareTo(PATIENCE) < 0 ? timeout : PATIENCE)
                    .checkCommand(command.name(), command.arguments().orElse(null));
            return problems.isEmpty() ? error : error.withHint(String.join("\n  ", problems));
        } catch (QmpInterruptedException e) {
            return error;
        } catch (RuntimeException e) { // no failure here may hide the error that needs the explanation
            speechless = session;
            if (e instanceof QmpDisconnectedException) {
                error.addSuppressed(e); // the end must still be reported
            }
            return error;
        } finally {
            waiting.end();
        }
    }

    private static boolean mayBeMistyped(QmpErrorException error) {
        return switch (error.errorClass()) {
            case "CommandNotFound" -> true;
            case "GenericError" -> error.command().arguments().isPresent();
            default -> false;
        };
    }

    private @Nullable QmpSchema knownOf(QmpSession session) {
        Known last = known;
        return last != null && last.session.equals(session) ? last.schema : null;
    }

    private void acquire(Deadline deadline) {
        try {
            if (!asking.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new QmpTimeoutException(
                        "No schema within %s: another thread is asking for it"
                                .formatted(Deadline.formatTimeout(deadline.timeout())),
                        deadline.timeout());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QmpInterruptedException("The thread was interrupted while it waited for the schema", e);
        }
    }

    private QmpSchema cachedOrAsked(QmpSession session, @Nullable QmpGreeting greeting, Deadline deadline) {
        String key = key(greeting);
        if (key.isEmpty()) {
            return ask(session, deadline);
        }
        return QmpSchemaCache.find(key).orElseGet(() -> {
            QmpSchema asked = ask(session, deadline);
            QmpSchemaCache.keep(key, asked);
            return asked;
        });
    }

    /** Includes the version: a program can be a script that starts another one, which may have been upgraded meanwhile. */
    private String key(@Nullable QmpGreeting greeting) {
        String owners = peer.program();
        return owners.isEmpty() || greeting == null ? "" : greeting.version() + "\n" + owners;
    }

    private static QmpSchema ask(QmpSession session, Deadline deadline) {
        QmpCommand query = QmpCommand.of("query-qmp-schema").withTimeout(deadline.remaining());
        try {
            return QmpSchema.of(session.execute(query, deadline.timeout()));
        } catch (IllegalArgumentException e) {
            throw new QmpReplyException("Cannot read the reply to %s: %s".formatted(query, e.getMessage()), e);
        }
    }

    private record Known(QmpSession session, QmpSchema schema) {}
}
