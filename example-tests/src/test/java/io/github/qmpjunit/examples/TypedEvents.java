package io.github.qmpjunit.examples;

import io.github.qmpjunit.qapi.runtime.QapiObject;
import io.github.qmpjunit.qapi.runtime.QapiValue;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvent;
import io.github.qmpjunit.qmp.TypedEventType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Reads every event that the examples cause by its type in qmp-qapi, and fails if a part of it has none. Clients log each message; so
 * events of clients that an example creates itself are read as well. JUnit registers this for all classes, see {@code junit-platform.properties}.
 */
public final class TypedEvents implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

    private static final String PACKAGE = "io.github.qmpjunit.qapi.";
    private static final String RECEIVED = " received: ";
    private static final Logger CLIENTS = Logger.getLogger(QmpClient.class.getName());
    private static final Queue<String> PROBLEMS = new ConcurrentLinkedQueue<>();
    private static final Set<String> READ = ConcurrentHashMap.newKeySet();

    static {
        CLIENTS.setLevel(Level.FINE);
        CLIENTS.addHandler(new Reader());
    }

    /** {@return the names of the events that have been read so far} */
    static Set<String> read() {
        return READ;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        // loads this class
    }

    @Override
    public void afterEach(ExtensionContext context) {
        throwProblems();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        throwProblems();
    }

    /** Tests run in parallel, so the problem may be another test's; it names its client and its event. */
    private static void throwProblems() {
        String problem = PROBLEMS.poll();
        if (problem != null) {
            throw new AssertionError(problem);
        }
    }

    /** Return what is wrong with reading an event by its type; empty if nothing is. */
    static List<String> problems(QmpEvent event) {
        List<String> problems = new ArrayList<>();
        try {
            Optional<TypedEventType<?>> type = typeOf(event.name());
            if (type.isPresent()) {
                findUnknown(event.as(type.get()), event.name(), problems);
            } else {
                problems.add(event.name() + " has no type");
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            problems.add(e.toString());
        }
        return problems;
    }

    private static Optional<TypedEventType<?>> typeOf(String event) throws ReflectiveOperationException {
        String name = Arrays.stream(event.toLowerCase(Locale.ROOT).split("_", -1))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
        for (String candidate : List.of(name + "Event", name)) {
            try {
                return Optional.of((TypedEventType<?>)
                        Class.forName(PACKAGE + candidate).getField("EVENT").get(null));
            } catch (ClassNotFoundException | NoSuchFieldException e) {
                // a command's class, perhaps
            }
        }
        return Optional.empty();
    }

    /** Find what no method of a value, or of what its methods return, returns. */
    private static void findUnknown(Object value, String path, List<String> problems)
            throws ReflectiveOperationException {
        if (value instanceof Optional<?> optional) {
            if (optional.isPresent()) {
                findUnknown(optional.get(), path, problems);
            }
        } else if (value instanceof Collection<?> values) {
            for (Object element : values) {
                findUnknown(element, path + "[]", problems);
            }
        } else if (value instanceof QapiValue) {
            if (value instanceof QapiObject object) {
                object.unknownMembers().keySet().forEach(name -> problems.add(path + " has no type for " + name));
            }
            for (Method method : value.getClass().getMethods()) {
                if (method.getParameterCount() == 0
                        && !Modifier.isStatic(method.getModifiers())
                        && method.getDeclaringClass().getName().matches("io[.]github[.]qmpjunit[.]qapi[.][^.]+")) {
                    findUnknown(method.invoke(value), path + "." + method.getName(), problems);
                }
            }
        }
    }

    private static final class Reader extends Handler {

        @Override
        public void publish(LogRecord message) {
            String text = message.getMessage();
            int start = text.indexOf(RECEIVED);
            if (start < 0 || !text.contains("\"event\":")) {
                return;
            }
            String json = text.substring(start + RECEIVED.length());
            try {
                QmpEvent event = QmpEvent.parse(json);
                READ.add(event.name());
                problems(event)
                        .forEach(problem -> PROBLEMS.add("Expecting every event to have a type in qmp-qapi, but %s: %s"
                                .formatted(problem, text)));
            } catch (IllegalArgumentException e) {
                // a reply that holds such a text
            }
        }

        @Override
        public void flush() {
            // nothing is kept back
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
