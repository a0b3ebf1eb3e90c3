package io.github.qmpjunit.qmp;

import io.github.qmpjunit.internal.TerminalText;
import io.github.qmpjunit.secrets.Secrets;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Hands events on to a user's code, one after the other, on another thread than the reader's. */
final class EventCallback extends QmpEventListener {

    private final Consumer<QmpEvent> action;
    private final Executor executor;

    EventCallback(EventMatcher matcher, Consumer<QmpEvent> action, Executor executor) {
        super(matcher);
        keepAtMost(1); // what is handed on need not be kept
        this.action = action;
        this.executor = executor;
    }

    @Override
    void offer(QmpEvent event) {
        if (isAcceptedSafely(event)) {
            executor.execute(() -> call(event));
        }
    }

    private boolean isAcceptedSafely(QmpEvent event) {
        try {
            return accepts(event);
        } catch (RuntimeException e) {
            report("The filter of a callback (" + filter() + ") has thrown on " + event, e);
            return false;
        }
    }

    private void call(QmpEvent event) {
        try {
            action.accept(event);
        } catch (RuntimeException e) {
            report("A callback has thrown on " + event, e);
        }
    }

    /** There is nobody to throw at. */
    private static void report(String what, RuntimeException failure) {
        System.getLogger(EventCallback.class.getName())
                .log(Level.ERROR, TerminalText.message(Secrets.maskObvious(what)), failure);
    }
}
