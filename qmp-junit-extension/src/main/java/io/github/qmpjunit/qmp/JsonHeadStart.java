package io.github.qmpjunit.qmp;

import io.github.qmpjunit.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Loads Jackson's classes once, on its own thread, while the first peer starts and connects. In a fresh JVM they take
 * longer than anything else that a first test waits for, and a second core is idle then.
 */
final class JsonHeadStart {

    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private JsonHeadStart() {}

    /** Begin, unless it has begun already; returns at once. A thread that needs Jackson earlier waits for the class loading, as it would without this. */
    static void begin() {
        if (BEGUN.compareAndSet(false, true)) {
            Thread thread = new Thread(JsonHeadStart::readAndWrite, "qmp-json-head-start");
            thread.setDaemon(true);
            try {
                thread.start();
            } catch (OutOfMemoryError e) {
                // The system cannot create a thread. The first user of Jackson loads it.
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
            // The first user of Jackson meets the same error and reports it.
        }
    }
}
