package io.github.qmpjunit.examples;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Vm;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The machine that our tests are about, in one word. */
@QemuTest
@Vm(guestAgent = true, factory = LinuxGuest.class)
@DisabledIfSystemProperty(named = "qmpjunit.guest", matches = "none")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface OurBoard {}
