package io.github.qmpjunit.junit;

import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;

/** The part of JUnit's store that belongs to this extension. */
final class ExtensionStore {

    private static final Namespace NAMESPACE = Namespace.create("io.github.qmpjunit.junit");

    private ExtensionStore() {}

    static Store of(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }

    /**
     * Return the store of the whole launch of JUnit's platform. It is the same for all suites, each of which runs an engine of its own
     * with a root context of its own.
     */
    static Store ofLaunch(ExtensionContext context) {
        return context.getStore(StoreScope.EXECUTION_REQUEST, NAMESPACE);
    }

    /** Return a key under which a context finds only its own value: a store also finds the values of the contexts around it. */
    static Object ownKey(Class<?> type, ExtensionContext context) {
        return List.of(type, context.getUniqueId());
    }
}
