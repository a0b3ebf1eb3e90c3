package io.github.qmpjunit.qmp;

import io.github.qmpjunit.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Loads Jackson's classes once, on a thread of its own, while a first peer is started and connects. In a JVM that has just begun
 * they take longer than all else that a first test waits for, and the second core has nothing to do then.
 */
final class JsonHeadStart {

    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private JsonHeadStart() {}

    /** Begin, if nobody has; returns at once. Whoever needs Jackson before it is loaded waits for that, as he would without this. */
    static void begin() {
        if (BEGUN.compareAndSet(false, true)) {
            Thread thread = new Thread(JsonHeadStart::readAndWrite, "qmp-json-head-start");
            thread.setDaemon(true);
            try {
                thread.start();
            } catch (OutOfMemoryError e) {
                // The system makes no more threads. Whoever needs Jackson loads it.
            }
        }
    }

    /** Do what every session does. */
    private static void readAndWrite() {
        try {
            byte[] message = "{\"return\": {\"number\": 1, \"text\": \"\"}}".getBytes(StandardCharsets.UTF_8);
            new MessageReader(new ByteArrayInputStream(message), QmpLimits.defaults()).next();
            Json.MAPPER.writeValueAsBytes(JsonNodeFactory.instance.objectNode().put("id", 1));
        } catch (IOException | RuntimeException | LinkageError e) {
            // Whoever needs it meets the same, and tells.
        }
    }
}
