package io.github.qmpjunit.internal;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the messages of a connection have made use of: commands with their arguments, events with their data, and the words that stood
 * there. Collected only where somebody has asked for it. Bounded. Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Exercise {

    private static final int MOST_PATHS = 5_000;
    private static final int MOST_VALUES = 300;
    private static final int LONGEST_VALUE = 100;

    private static volatile boolean wanted;

    private static final Map<Object, Exercise> BY_OWNER = Collections.synchronizedMap(new WeakHashMap<>());

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Map<String, Set<String>>> commands = new LinkedHashMap<>();
    private final Map<String, Map<String, Set<String>>> events = new LinkedHashMap<>();
    private int paths;

    private Exercise() {}

    /** Collect from now on, in this JVM. */
    public static void begin() {
        wanted = true;
    }

    /**
     * Return what a transcript has seen.
     *
     * @param transcript the transcript
     * @return what it has seen; {@code null} if nothing was collected
     */
    public static @Nullable Exercise of(Object transcript) {
        return BY_OWNER.get(transcript);
    }

    /**
     * Take in a message, if that is wanted.
     *
     * @param transcript the transcript
     * @param message the message, in either direction
     */
    public static void observe(Object transcript, JsonNode message) {
        if (wanted && message.isObject()) {
            BY_OWNER.computeIfAbsent(transcript, absent -> new Exercise()).add(message);
        }
    }

    private void add(JsonNode message) {
        lock.lock();
        try {
            if (message.has("event")) {
                add(events, message.path("event").asString(""), message.path("data"));
            } else if (message.has("execute") || message.has("exec-oob")) {
                String name = message.path("execute")
                        .asString(message.path("exec-oob").asString(""));
                add(commands, name, message.path("arguments"));
            }
        } finally {
            lock.unlock();
        }
    }

    private void add(Map<String, Map<String, Set<String>>> all, String name, JsonNode data) {
        if (paths < MOST_PATHS) {
            walk(all.computeIfAbsent(name, absent -> new TreeMap<>()), "", data);
        }
    }

    /** Places in arrays are left out of the paths. */
    private void walk(Map<String, Set<String>> seen, String path, JsonNode value) {
        if (value.isArray()) {
            value.forEach(element -> walk(seen, path, element));
            return;
        }
        if (!path.isEmpty() && paths < MOST_PATHS) {
            Set<String> values = seen.computeIfAbsent(path, absent -> {
                paths++;
                return new TreeSet<>();
            });
            if (value.isString() && value.asString().length() <= LONGEST_VALUE && values.size() < MOST_VALUES) {
                values.add(value.asString());
            }
        }
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            walk(seen, path.isEmpty() ? member.getKey() : path + "." + member.getKey(), member.getValue());
        }
    }

    /** {@return the commands that were sent, with the paths of their arguments, with the words that stood there} */
    public Map<String, Map<String, Set<String>>> commands() {
        return copy(commands);
    }

    /** {@return the events that came, likewise} */
    public Map<String, Map<String, Set<String>>> events() {
        return copy(events);
    }

    private Map<String, Map<String, Set<String>>> copy(Map<String, Map<String, Set<String>>> all) {
        lock.lock();
        try {
            Map<String, Map<String, Set<String>>> copy = new LinkedHashMap<>();
            all.forEach((name, seen) -> {
                Map<String, Set<String>> values = new TreeMap<>();
                seen.forEach((path, words) -> values.put(path, new TreeSet<>(words)));
                copy.put(name, values);
            });
            return copy;
        } finally {
            lock.unlock();
        }
    }
}
