package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.disk.DiskFormat;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apiguardian.api.API;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * Runs a {@code @ParameterizedTest} or a {@code @ParameterizedClass} once for each format of disk images. The parameter's type is {@link
 * DiskFormat}.
 *
 * <pre>{@code
 * @ParameterizedTest
 * @DiskFormats({DiskFormat.QCOW2, DiskFormat.VMDK, DiskFormat.VHDX})
 * }</pre>
 *
 * <p>A format that QEMU, or its {@code qemu-img}, was built without is skipped: its invocation is aborted with a reason that says which of them lacks
 * it. It is not left out.
 */
@Target({ElementType.ANNOTATION_TYPE, ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ArgumentsSource(DiskFormatsProvider.class)
@ExtendWith(DiskFormatsSkip.class)
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
@SuppressWarnings("exports") // JUnit alone makes them, through the opened package.
public @interface DiskFormats {

    /**
     * The formats.
     *
     * @return the formats; all that need no passphrase if empty
     */
    DiskFormat[] value() default {};
}
