package io.github.qmpjunit.qmp;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Knows which events a QEMU rate-limits, and how long it may hold one back.
 *
 * <p>QEMU sends the first event of such a name at once. It holds back further ones within a second: it sends the last of
 * them when the second is over, with the timestamp of the moment at which it happened, and drops the others. So a reply proves nothing about such events,
 * and they may arrive after events that happened later. A QEMU that was already running may have sent the first one just before this
 * client connected, so the beginning of a session counts as an arrival of each. The table is {@code monitor_qapi_event_conf} in QEMU's {@code monitor/monitor.c},
 * compared for 7.2, 8.2, 9.2 and 10.0. Not thread-safe: {@link EventRouter}'s lock guards it.
 */
final class EventRates {

    /** QEMU's timer, and a margin for a busy host, on which it fires late. */
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final Duration MARGIN = Duration.ofMillis(100);

    /** Each event with the first version, as major and minor, that limits it; 0.0 for those older than what we support. */
    private static final Map<String, Since> LIMITED = Map.of(
            "RTC_CHANGE", new Since(0, 0),
            "WATCHDOG", new Since(0, 0),
            "BALLOON_CHANGE", new Since(0, 0),
            "QUORUM_REPORT_BAD", new Since(0, 0),
            "QUORUM_FAILURE", new Since(0, 0),
            "VSERPORT_CHANGE", new Since(0, 0),
            "MEMORY_DEVICE_SIZE_CHANGE", new Since(0, 0),
            "HV_BALLOON_STATUS_REPORT", new Since(8, 2),
            "BLOCK_IO_ERROR", new Since(10, 0));

    private final Map<String, Long> lastArrivals = new HashMap<>();
    private @Nullable Long sessionBegan;

    private record Since(int major, int minor) {}

    /**
     * Return whether a QEMU limits an event.
     *
     * @param version its version; null if unknown, which may be any
     */
    static boolean isLimited(String event, @Nullable QmpVersion version) {
        Since since = LIMITED.get(event);
        return since != null && (version == null || version.isAtLeast(since.major, since.minor));
    }

    /** Note the arrival of an event. */
    void observe(QmpEvent event) {
        if (LIMITED.containsKey(event.name())) {
            lastArrivals.put(event.name(), event.nanoTime());
        }
    }

    /** Note that the server sends us events from now on. */
    void sessionBegins(long nanoTime) {
        sessionBegan = nanoTime;
    }

    /** Forget what another server has sent. */
    void reset() {
        lastArrivals.clear();
        sessionBegan = null;
    }

    /**
     * Return how long from now on an event may still be held back. Only one whose like was sent within the last second can be.
     *
     * @param names the events' names; empty for any
     */
    Duration holdBack(Collection<String> names, @Nullable QmpVersion version, long nowNanos) {
        Set<String> limited = LIMITED.keySet();
        Stream<String> meant = names.isEmpty() ? limited.stream() : names.stream();
        long longest = meant.filter(name -> isLimited(name, version))
                .flatMap(name -> Stream.ofNullable(lastArrivals.getOrDefault(name, sessionBegan)))
                .mapToLong(arrival -> arrival + INTERVAL.plus(MARGIN).toNanos() - nowNanos)
                .max()
                .orElse(0);
        return Duration.of(Math.max(0, longest), TimeUnit.NANOSECONDS.toChronoUnit());
    }
}
