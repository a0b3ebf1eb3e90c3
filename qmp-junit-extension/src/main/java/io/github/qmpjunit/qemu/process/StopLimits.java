package io.github.qmpjunit.qemu.process;

import java.time.Duration;
import org.apiguardian.api.API;

/**
 * How long each step of stopping a process may take before the next, harder one.
 *
 * @param quit from {@code quit} until the process has ended
 * @param terminate from SIGTERM until the process has ended
 * @param kill from SIGKILL until the process has ended; only a kernel with problems needs long for it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record StopLimits(Duration quit, Duration terminate, Duration kill) {

    /** 5 s for {@code quit}, 2 s for SIGTERM, 10 s for SIGKILL. */
    public static final StopLimits DEFAULT =
            new StopLimits(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(10));
}
