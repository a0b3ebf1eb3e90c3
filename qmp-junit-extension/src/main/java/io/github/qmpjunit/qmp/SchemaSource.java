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
 * Where a client has its schema from: this connection's memory, then what other clients of the same program know, then the peer.
 *
 * <p>The reader's thread never comes here: whoever asks the peer waits for the reader. So a reply can be explained with the
 * help of the schema only by the thread that waited for that reply.
 */
final class SchemaSource {

    /** What an explanation may cost; without it the plain error is good enough. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final QmpPeer peer;

    /** Makes the threads of a client that fail at the same time ask once. Guards the change of what follows. */
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
     * Return the error with a hint at what was probably meant or, where there is none, the error itself. Asks the peer only for
     * errors that can come from a mistyped name or value, and at most once in vain. Never for a command out of band: it was
     * sent so because the peer may be too busy for others.
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
        } catch (RuntimeException e) { // whatever it is, it must not hide the error that is to be explained
            speechless = session;
            if (e instanceof QmpDisconnectedException) {
                error.addSuppressed(e); // somebody must be told of the end
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
                                .formatted(Deadline.format(deadline.timeout())),
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

    /** The version goes along: a program may be a script that starts another one, which was upgraded meanwhile. */
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
