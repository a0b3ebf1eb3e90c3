package io.github.qmpjunit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apiguardian.api.API;

/**
 * Says which events an injected {@link io.github.qmpjunit.qmp.QmpEventListener} hears: {@code @Listen({"STOP", "RESUME"})}.
 *
 * <pre>{@code
 * void a_listener_hears_what_it_is_asked_to(QmpClient qmp, @Listen({"STOP", "RESUME"}) QmpEventListener states) {
 *     states.clear(); // what came while the machine started
 *     qmp.execute("stop");
 *     qmp.execute("system_reset");
 *     qmp.execute("cont");
 *
 *     assertThat(states).awaitEvent(STOP).thenEvent(RESUME);
 *     assertThat(states).isEmpty();
 * }
 * }</pre>
 *
 * <p>It hears them from before QEMU starts, or, on a machine that tests share, from before the test begins. Without this annotation
 * an injected listener hears every event.
 */
@Target({ElementType.PARAMETER, ElementType.FIELD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public @interface Listen {

    /**
     * The events' names as they stand in the messages.
     *
     * @return the names; every event if there is none
     */
    String[] value() default {};
}
