package io.github.qmpjunit.junit;

import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/** The part of JUnit's store that belongs to this extension. */
final class ExtensionStore {

    private static final Namespace NAMESPACE = Namespace.create("io.github.qmpjunit.junit");

    private ExtensionStore() {}

    static Store of(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }

    /** Return a key under which a context finds only its own value: a store also finds the values of the contexts around it. */
    static Object ownKey(Class<?> type, ExtensionContext context) {
        return List.of(type, context.getUniqueId());
    }
}
