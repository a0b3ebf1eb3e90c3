package io.github.qmpjunit.bench;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpCommand;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.newsclub.net.unix.AFUNIXSocket;

/** What {@link ColdStart} runs in a new JVM; tells on standard output when it got where, or what took how many milliseconds. */
final class ColdRun {

    private ColdRun() {}

    /**
     * Run one test, or take the shares.
     *
     * @param arguments {@code plain}, {@code qemu} or {@code shares}
     */
    public static void main(String[] arguments) {
        tell("main", Instant.now());
        switch (arguments[0]) {
            case "plain" -> run(Plain.class);
            case "qemu" -> run(WithQemu.class);
            default -> {
                share("natives", AFUNIXSocket::isSupported);
                share("jackson", () -> QmpCommand.of("any", Map.of("name", "value")));
            }
        }
    }

    private static void run(Class<?> tests) {
        LauncherFactory.create()
                .execute(LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectClass(tests))
                        .build());
    }

    private static void share(String what, Runnable firstTouch) {
        long begin = System.nanoTime();
        firstTouch.run();
        tell(what, (System.nanoTime() - begin) / 1e6);
    }

    private static void tell(String what, Object value) {
        System.out.println(what + " " + value);
    }

    /** JUnit alone. */
    static final class Plain {

        @Test
        void body() {
            tell("test", Instant.now());
        }
    }

    /** With a machine and its client. */
    @QemuTest
    static final class WithQemu {

        @Test
        void body(QmpClient qmp) {
            tell("test", Instant.now());
        }
    }
}
