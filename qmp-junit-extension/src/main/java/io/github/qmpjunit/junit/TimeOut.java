package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.Waiting;
import java.util.List;
import java.util.Optional;

/**
 * Where a test was when its {@code @Timeout} struck.
 *
 * @param stack its thread's stack, the innermost frame first
 * @param waitedFor what it waited for, if for something of ours
 */
record TimeOut(List<StackTraceElement> stack, Optional<String> waitedFor) {

    static TimeOut of(Thread thread) {
        return new TimeOut(List.of(thread.getStackTrace()), Waiting.of(thread));
    }
}
