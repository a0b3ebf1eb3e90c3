package io.github.qmpjunit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apiguardian.api.API;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Enables a test, or the tests of a class, only where QEMU has all that is named here. The binary itself is asked, once in a run; the
 * reason why a test is skipped says what it has instead.
 *
 * <p>The binary is the one named here, or else the one that {@link QemuMatrix} has chosen, or the usual one ({@link
 * ConfigurationKeys#QEMU}).
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ExtendWith(EnabledIfQemuCondition.class)
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
@SuppressWarnings("exports") // JUnit alone makes it, through the opened package.
public @interface EnabledIfQemu {

    /**
     * The versions, as Maven writes a range: {@code [8.1,)} is 8.1 and later, {@code [7.2,9.0)} is 7.2 and later but before 9.0.
     *
     * @return the range; any version if empty
     */
    String version() default "";

    /**
     * The QMP commands that it must know.
     *
     * @return the commands' names
     */
    String[] command() default {};

    /**
     * The devices that it must have, as {@code -device} takes them.
     *
     * @return the devices' names
     */
    String[] device() default {};

    /**
     * The machine types that it must have, as {@code -machine} takes them.
     *
     * @return the machine types
     */
    String[] machine() default {};

    /**
     * The accelerators that must work here, as {@code -accel} takes them. For {@code kvm}, a small guest is run with it to find out.
     *
     * @return the accelerators' names
     */
    String[] accelerator() default {};

    /**
     * The block drivers that must be built in, such as {@code nbd} or {@code vhdx}. A name that QEMU's schema does not have, but nearly, is an
     * error.
     *
     * @return the drivers' names
     */
    String[] blockDriver() default {};

    /**
     * The network back ends that must be built in, as {@code -netdev} takes them. A name that QEMU's schema does not have, but nearly, is an
     * error.
     *
     * @return the back ends' names
     */
    String[] netdev() default {};

    /**
     * The properties that devices must have: {@code "virtio-net-pci.host_uso"}. A property without a device in front of it is an error. QEMU
     * cannot tell a misspelt property from one that it has not got yet, so that one only has a hint in the reason.
     *
     * @return each a device, a dot, and its property
     */
    String[] property() default {};

    /**
     * The QEMU that is asked: a path, or a command on the {@code PATH}.
     *
     * @return the binary; the usual one if empty
     */
    String binary() default "";

    /**
     * What happens where there is no QEMU at all: the test fails, unless skipping is asked for, here or by {@link
     * ConfigurationKeys#MISSING}.
     *
     * @return what happens
     */
    Missing missing() default Missing.FAIL;
}
