package io.github.qmpjunit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apiguardian.api.API;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a class once for each combination of QEMU binaries and machine types, with the combination in the display name. What it
 * chooses wins over what the machines' definitions say, for all of them.
 *
 * <pre>{@code
 * @QemuMatrix(machines = {"pc", "q35", "microvm"})
 * @Vm(args = {"-m", "64"})
 * }</pre>
 *
 * <p>It registers {@link QemuExtension} as well.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ClassTemplate
@ExtendWith({QemuMatrixProvider.class, QemuExtension.class})
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
@SuppressWarnings("exports") // JUnit alone makes it, through the opened package.
public @interface QemuMatrix {

    /**
     * The binaries, paths or commands on the {@code PATH}; those of {@link ConfigurationKeys#MATRIX_BINARIES} if there is none here,
     * and the usual one if there is none there either.
     *
     * @return the binaries
     */
    String[] binaries() default {};

    /**
     * The machine types, as {@code -machine} takes them; those of the definitions if there is none.
     *
     * @return the machine types
     */
    String[] machines() default {};
}
