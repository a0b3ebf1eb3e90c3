package io.github.qmpjunit.qemu.faults;

import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.state.QemuIo;
import io.github.qmpjunit.qemu.wiring.FaultyNode;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.databind.JsonNode;

/**
 * A block node that can fail and stall on request: a throttle filter with the name that the guest's device uses, above the
 * node with the data. Errors come from a blkdebug node. Its rules cannot be changed, so each change puts a new blkdebug node between the two, in place of the previous one.
 *
 * <p>Thread-safe.
 */
final class FaultyDisk {

    private static final int STALL = 0;

    /** In bytes; at one byte per second, also the duration in seconds. */
    private static final long BLOCKADE = 1 << 20;

    private final QemuIo io;
    private final String name;
    private final boolean readOnly;

    /** Guards the fields below, and the node itself while it is changed. */
    private final ReentrantLock lock = new ReentrantLock();

    private final List<Map<String, Object>> rules = new ArrayList<>();
    private final List<Integer> limits = new ArrayList<>();
    private String below;
    private int errorNodes;

    FaultyDisk(String name, boolean readOnly, QemuIo io) {
        this.io = io;
        this.name = name;
        this.readOnly = readOnly;
        this.below = FaultyNode.image(name);
    }

    /** Let requests of a kind fail; return what to give to {@link #repair}. */
    List<Map<String, Object>> fail(QmpClient qmp, int errno, List<IoKind> kinds) {
        List<Map<String, Object>> added = new ArrayList<>();
        for (IoKind kind : kinds) {
            added.add(Map.of("event", "none", "iotype", kind.nameInQemu(), "errno", errno, "once", false));
        }
        lock.lock();
        try {
            List<Map<String, Object>> all = new ArrayList<>(rules);
            all.addAll(added);
            apply(qmp, all);
        } finally {
            lock.unlock();
        }
        return added;
    }

    /** Undo what {@link #fail} has added. If that fails, it can be tried again. */
    @SuppressWarnings("ReferenceEquality") // these very rules: another fault may have equal ones
    void repair(QmpClient qmp, List<Map<String, Object>> added) {
        lock.lock();
        try {
            List<Map<String, Object>> left = new ArrayList<>(rules);
            left.removeIf(rule -> added.stream().anyMatch(own -> own == rule));
            apply(qmp, left);
        } finally {
            lock.unlock();
        }
    }

    private void apply(QmpClient qmp, List<Map<String, Object>> wanted) {
        String before = below;
        String next = FaultyNode.image(name);
        if (!wanted.isEmpty()) {
            next = name + "-error" + ++errorNodes;
            qmp.execute(
                    "blockdev-add",
                    FaultyNode.filter(
                            "blkdebug",
                            next,
                            readOnly,
                            Map.of("image", FaultyNode.image(name), "inject-error", wanted)));
        }
        String unused = next;
        try {
            reopen(qmp, next);
            below = next;
            rules.clear();
            rules.addAll(wanted);
            unused = before;
        } finally {
            if (!unused.equals(FaultyNode.image(name))) {
                qmp.execute("blockdev-del", Map.of("node-name", unused));
            }
        }
    }

    /** Also releases requests that wait in the throttle, since QEMU drains the node for it. */
    private void reopen(QmpClient qmp, String newBelow) {
        qmp.execute("blockdev-reopen", Map.of("options", List.of(FaultyNode.top(name, readOnly, newBelow))));
    }

    void stall(QmpClient qmp) {
        limit(qmp, STALL);
    }

    void limit(QmpClient qmp, int requestsPerSecond) {
        lock.lock();
        try {
            limits.add(requestsPerSecond);
            try {
                throttle(qmp);
            } catch (QmpException | QemuException e) {
                limits.remove(Integer.valueOf(requestsPerSecond));
                throttleAsBefore(qmp, e);
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    private void throttleAsBefore(QmpClient qmp, Exception reason) {
        try {
            throttle(qmp);
        } catch (QmpException | QemuException e) {
            reason.addSuppressed(e);
        }
    }

    void resume(QmpClient qmp) {
        unlimit(qmp, STALL);
    }

    void unlimit(QmpClient qmp, int requestsPerSecond) {
        lock.lock();
        try {
            limits.remove(Integer.valueOf(requestsPerSecond));
            throttle(qmp);
            reopen(qmp, below);
        } catch (QmpException | QemuException e) {
            limits.add(requestsPerSecond); // it can be tried again
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private void throttle(QmpClient qmp) {
        boolean stalls = limits.contains(STALL);
        int requests = limits.isEmpty() || stalls ? 0 : Collections.min(limits);
        qmp.execute(
                "qom-set",
                Map.of(
                        "path",
                        "/objects/" + FaultyNode.throttleGroup(name),
                        "property",
                        "limits",
                        "value",
                        Map.of("bps-total", stalls ? 1 : 0, "iops-total", requests)));
        if (stalls) {
            blockTheWay(qmp);
        }
    }

    /**
     * The first request always passes, and the next ones wait in proportion to its size: so this sends the first. With another fault it
     * fails, but it still blocks. Quiet, since QEMU's standard output may carry QMP.
     */
    private void blockTheWay(QmpClient qmp) {
        io.begin(name, "aio_read -q 0 " + Math.min(BLOCKADE, size(qmp)));
    }

    private long size(QmpClient qmp) {
        for (JsonNode node : qmp.execute("query-named-block-nodes", Map.of("flat", true))) {
            if (node.path("node-name").asString("").equals(name)) {
                return node.path("image").path("virtual-size").asLong();
            }
        }
        throw new QemuException("The node \"%s\" is not there any more, so it cannot stall".formatted(name), null);
    }
}
