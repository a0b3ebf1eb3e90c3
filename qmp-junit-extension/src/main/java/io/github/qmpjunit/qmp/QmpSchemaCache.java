package io.github.qmpjunit.qmp;

import io.github.qmpjunit.qmp.schema.QmpSchema;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apiguardian.api.API;

/**
 * Keeps the schemas of programs that clients were connected to, for the next client of the same program. Whoever owns the
 * clients owns the cache, and gives it to them with what tells the programs apart ({@link io.github.qmpjunit.qmp.QmpClient.Builder#schemaCache}).
 *
 * <p>Thread-safe. Two clients that miss at the same time ask both; neither waits for the other.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class QmpSchemaCache {

    private final Map<String, QmpSchema> schemas = new ConcurrentHashMap<>();

    private QmpSchemaCache() {}

    /** {@return a new cache that lives as long as it is referred to} */
    public static QmpSchemaCache inMemory() {
        return new QmpSchemaCache();
    }

    public Optional<QmpSchema> find(String key) {
        return Optional.ofNullable(schemas.get(key));
    }

    public void keep(String key, QmpSchema schema) {
        schemas.put(key, schema);
    }
}
