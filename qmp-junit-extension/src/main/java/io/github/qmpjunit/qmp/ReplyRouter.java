package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.json.JsonKey;
import io.github.qmpjunit.json.JsonValues;
import io.github.qmpjunit.secrets.Secrets;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Delivers each reply of a connection to its waiter, by id, and drops replies whose wait has ended.
 *
 * <p>A peer answers messages of one id in the order in which they were sent. So the slots of one id are a queue: a slot whose
 * waiter has left stays in it until its reply has arrived, and the next message with that id never gets another message's reply.
 */
final class ReplyRouter {

    /** Stands for the id of a message that was sent without any. An id's text is never empty. */
    private static final String NO_ID = "";

    private final String clientName;
    private final MessageLog log;
    private final Secrets secrets;

    /** Guards the fields below; held only for a moment. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<String, Deque<PendingReply>> slots = new HashMap<>();
    private boolean garbageSent;

    ReplyRouter(String clientName, MessageLog log, Secrets secrets) {
        this.clientName = clientName;
        this.log = log;
        this.secrets = secrets;
    }

    /** Return the key of the reply to a message with this id; ids are equal if their JSON values are. */
    static String keyOf(@Nullable JsonNode id) {
        return id == null ? NO_ID : JsonKey.of(id);
    }

    /** Expect a reply. */
    void expect(String key, PendingReply slot) {
        lock.lock();
        try {
            Deque<PendingReply> ofKey = slots.computeIfAbsent(key, first -> new ArrayDeque<>(1));
            if (!ofKey.isEmpty() && !ofKey.getLast().isAbandoned()) {
                throw new IllegalArgumentException("Cannot execute %s: another message %s is under way"
                        .formatted(slot.what(), key.equals(NO_ID) ? "without id" : "with id " + key));
            }
            ofKey.addLast(slot);
            garbageSent |= slot.kind() == PendingReply.Kind.GARBAGE || slot.kind() == PendingReply.Kind.BEGINNING;
        } finally {
            lock.unlock();
        }
    }

    /** Expect a reply without a waiter. */
    void expectAndLetPass(JsonNode message) {
        String key = keyOf(message.get("id"));
        PendingReply slot = new PendingReply("a raw message", PendingReply.Kind.IN_TURN);
        expect(key, slot);
        forget(key, slot, true);
    }

    /** Stop expecting a reply that has not arrived. If the message was sent, its reply can still arrive, and is dropped then. */
    void forget(String key, PendingReply slot, boolean sent) {
        lock.lock();
        try {
            slot.abandon();
            Deque<PendingReply> ofKey = slots.get(key);
            if (ofKey != null && !(sent && slot.kind() != PendingReply.Kind.BEGINNING)) {
                ofKey.remove(slot);
                removeIfEmpty(key, ofKey);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Return the slot of a reply; {@code null} if no slot expects it. */
    @Nullable
    PendingReply find(String key, JsonNode message) {
        lock.lock();
        try {
            Deque<PendingReply> ofKey = slots.get(key);
            return ofKey == null || isSurplus(message, ofKey.getFirst()) ? null : ofKey.getFirst();
        } finally {
            lock.unlock();
        }
    }

    /** Expect the reply of a slot no longer: it has come. */
    void done(String key, PendingReply slot) {
        lock.lock();
        try {
            Deque<PendingReply> ofKey = slots.get(key);
            if (ofKey != null) {
                ofKey.remove(slot);
                removeIfEmpty(key, ofKey);
            }
        } finally {
            lock.unlock();
        }
    }

    private void removeIfEmpty(String key, Deque<PendingReply> ofKey) {
        if (ofKey.isEmpty()) {
            slots.remove(key);
        }
    }

    /**
     * Return whether a reply is a further error to some garbage before, to which QEMU sends as many as it finds. The next slot
     * sent a whole message, and QEMU's parser does not complain about those.
     */
    private static boolean isSurplus(JsonNode message, PendingReply next) {
        boolean whole = next.kind() == PendingReply.Kind.IN_TURN || next.kind() == PendingReply.Kind.OUT_OF_BAND;
        return whole
                && !message.has("id")
                && message.path("error").path("desc").asString("").startsWith("JSON ");
    }

    /** Deliver a reply to its slot; on the reader's thread. */
    void route(JsonNode message, @Nullable PendingReply slot) {
        if (slot == null) {
            unexpected(message);
        } else if (slot.isAbandoned()) {
            log.receivedLate(message);
        } else {
            log.received(message);
            slot.complete(message);
        }
    }

    private void unexpected(JsonNode message) {
        if (message.has("id")) {
            log.receivedUnknown(message);
            System.getLogger(ReplyRouter.class.getName())
                    .log(
                            Level.WARNING,
                            TerminalText.message("QMP client \"%s\" received a reply to a command it has not sent: %s"
                                    .formatted(clientName, JsonValues.excerpt(secrets.mask(message)))));
        } else if (hasSentGarbage()) {
            log.receivedUnknown(message); // QEMU sends several errors to one text
        } else {
            log.received(message);
            throw new QmpServerParseException(
                    "The peer sent a reply without id, so it could not parse what it was sent: "
                            + JsonValues.excerpt(secrets.mask(message)),
                    null);
        }
    }

    private boolean hasSentGarbage() {
        lock.lock();
        try {
            return garbageSent;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Return why a reply may be missing: the oldest earlier command that also has no reply, for the end of a sentence; empty if there
     * is no such command. A command out of band waits for no other.
     */
    String reasonForDelay(PendingReply slot) {
        if (slot.kind() == PendingReply.Kind.OUT_OF_BAND) {
            return "";
        }
        lock.lock();
        try {
            return slots.values().stream()
                    .flatMap(Deque::stream)
                    .filter(other -> other.kind() == PendingReply.Kind.IN_TURN)
                    .filter(other -> other.writtenUpTo() > 0 && other.writtenUpTo() < slot.writtenUpTo())
                    .min(Comparator.comparingLong(PendingReply::writtenUpTo))
                    .map(earlier ->
                            ". It waits behind %s, which has had no reply for %s: QEMU executes commands one after the other"
                                    .formatted(earlier.what(), Deadline.format(earlier.age())))
                    .orElse("");
        } finally {
            lock.unlock();
        }
    }

    /** Tell all waiters that no reply will arrive. */
    void fail(QmpException reason) {
        List<PendingReply> waiting;
        lock.lock();
        try {
            waiting = slots.values().stream().flatMap(Deque::stream).toList();
        } finally {
            lock.unlock();
        }
        Despite.errors(waiting, reason, PendingReply::fail);
    }
}
