package io.github.qmpjunit.qmp;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Runs an action for all waiters, also if there is no memory for some of them. */
final class Despite {

    private Despite() {}

    /**
     * Run an action for each, and throw the last {@link Error} afterwards. A method reference as the action allocates nothing.
     *
     * @param all the waiters
     * @param argument what the action gets with each of them
     * @param action what to do
     */
    static <T, A extends @Nullable Object> void errors(Iterable<T> all, A argument, BiConsumer<T, A> action) {
        Error missed = null;
        for (T one : all) {
            try {
                action.accept(one, argument);
            } catch (Error e) { // no memory for this one
                missed = e;
            }
        }
        if (missed != null) {
            throw missed;
        }
    }
}
