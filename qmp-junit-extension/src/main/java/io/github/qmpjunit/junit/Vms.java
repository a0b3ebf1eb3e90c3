package io.github.qmpjunit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apiguardian.api.API;

/** Holds several {@link Vm}; the compiler writes it where {@code @Vm} is repeated. */
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER, ElementType.FIELD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public @interface Vms {

    /**
     * The machines.
     *
     * @return them
     */
    Vm[] value();
}
