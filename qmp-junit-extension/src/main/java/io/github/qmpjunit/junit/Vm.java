package io.github.qmpjunit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Defines a machine, or says which one is meant.
 *
 * <p>On a class, a method or a parameter it defines the machine of its name; the nearest definition wins: parameter, then
 * method, then class, then enclosing class. On a parameter, with nothing but a name, it says which machine is to be injected.
 * It may stand on an annotation of your own.
 *
 * <p>Without any definition there is one machine, of type {@code none}.
 */
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@Repeatable(Vms.class)
public @interface Vm {

    /**
     * The machine's name; needed where a test has several.
     *
     * @return the name
     */
    String value() default "";

    /**
     * QEMU's {@code -machine}, such as {@code q35}; {@code none}, a monitor without hardware, if empty.
     *
     * @return the machine's type, perhaps with properties
     */
    String machine() default "";

    /**
     * Further arguments for QEMU, one string each: {@code {"-m", "64"}}.
     *
     * @return the arguments
     */
    String[] args() default {};

    /**
     * The QEMU to start, a path or a command on the {@code PATH}; looked for as {@link io.github.qmpjunit.qemu.QemuBinary} says
     * if empty.
     *
     * @return the binary
     */
    String binary() default "";
}
