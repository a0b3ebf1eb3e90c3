package io.github.qmpjunit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apiguardian.api.API;
import org.junit.jupiter.api.extension.ExtendWith;

/** Registers {@link QemuExtension}; the same as {@code @ExtendWith(QemuExtension.class)}, in a word. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ExtendWith(QemuExtension.class)
@API(status = API.Status.MAINTAINED, since = "0.1.0")
@SuppressWarnings("exports") // Whoever meets JUnit's types here requires JUnit.
public @interface QemuTest {}
