package io.github.qmpjunit.qmp.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/** Looks up a host's addresses in a way that can be cancelled: a silent name server blocks the JDK's lookup for long. */
final class HostLookup {

    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|.*:.*");

    private HostLookup() {}

    static List<InetAddress> addressesOf(String host, Attempt attempt) throws IOException {
        if (LITERAL.matcher(host).matches()) {
            return lookUp(host);
        }
        AtomicReference<List<InetAddress>> found = new AtomicReference<>(List.of());
        CountDownLatch done = new CountDownLatch(1);
        Thread thread = new Thread(
                () -> {
                    try {
                        found.set(lookUp(host));
                    } catch (UnknownHostException e) {
                        // Nothing was found.
                    } finally {
                        done.countDown();
                    }
                },
                "qmp-lookup-" + host);
        thread.setDaemon(true);
        thread.start();
        attempt.dependsOn(done::countDown);
        awaitOnReadersThread(done);
        if (!attempt.isCancelled() && found.get().isEmpty()) {
            throw unknown(host);
        }
        return found.get();
    }

    static UnknownHostException unknown(String host) {
        return new UnknownHostException("the host \"%s\" is not known".formatted(host));
    }

    private static List<InetAddress> lookUp(String host) throws UnknownHostException {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            UnknownHostException unknown = unknown(host);
            unknown.initCause(e);
            throw unknown;
        }
    }

    private static void awaitOnReadersThread(CountDownLatch done) throws IOException {
        try {
            boolean ended = done.await(1, TimeUnit.DAYS);
            assert ended;
        } catch (InterruptedException e) {
            throw new IOException("the look-up was interrupted", e);
        }
    }
}
