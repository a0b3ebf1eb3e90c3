package io.github.qmpjunit.internal;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import org.apiguardian.api.API;

/**
 * Knows which clients belong to one test. A failure on one of several machines can then say that another one has what was looked for.
 *
 * <p>Clients are kept weakly. Thread-safe.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Companions {

    private static final Map<Object, List<WeakReference<Object>>> GROUPS =
            Collections.synchronizedMap(new WeakHashMap<>());

    private Companions() {}

    /**
     * Make the members of a group known to each other, and forget what each of them belonged to before.
     *
     * @param group the clients of one test
     */
    public static void introduce(Collection<?> group) {
        List<WeakReference<Object>> members = new ArrayList<>();
        group.forEach(member -> members.add(new WeakReference<>(member)));
        group.forEach(member -> GROUPS.put(member, members));
    }

    /**
     * Return the others of a client's group that are of a type.
     *
     * @param <T> the type
     * @param client the client
     * @param type the type
     * @return the others; empty if it belongs to no group
     */
    @SuppressWarnings("ReferenceEquality") // this very client
    public static <T> List<T> of(Object client, Class<T> type) {
        return GROUPS.getOrDefault(client, List.of()).stream()
                .map(WeakReference::get)
                .filter(Objects::nonNull)
                .filter(other -> other != client)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
