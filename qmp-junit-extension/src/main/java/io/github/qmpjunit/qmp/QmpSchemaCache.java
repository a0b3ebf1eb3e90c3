package io.github.qmpjunit.qmp;

import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the schemas of programs for further clients of the same program in this JVM.
 *
 * <p>Thread-safe. If two clients miss at the same time, both ask; neither waits for the other.
 */
final class QmpSchemaCache {

    private static final Map<String, QmpSchema> SCHEMAS = new ConcurrentHashMap<>();

    private QmpSchemaCache() {}

    static Optional<QmpSchema> find(String key) {
        return Optional.ofNullable(SCHEMAS.get(key));
    }

    static void keep(String key, QmpSchema schema) {
        SCHEMAS.put(key, schema);
    }
}
