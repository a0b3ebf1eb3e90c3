package io.github.qmpjunit.examples;

import static io.github.qmpjunit.assertj.QmpAssertions.assertThat;

import io.github.qmpjunit.junit.QemuTest;
import io.github.qmpjunit.junit.Reset;
import io.github.qmpjunit.junit.Scope;
import io.github.qmpjunit.junit.Vm;
import io.github.qmpjunit.qemu.guest.GuestAgent;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The guest boots once; before each test it goes back to the moment when it had booted. */
@QemuTest
@Vm(guestAgent = true, factory = LinuxGuest.class, scope = Scope.CLASS, reset = Reset.SNAPSHOT)
@DisabledIfSystemProperty(named = "qmpjunit.guest", matches = "none")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RewoundGuestTest {

    @BeforeAll
    static void boot(GuestAgent agent) {
        agent.awaitReady(LinuxGuest.BOOT);
        assertThat(agent.run("sh", "-c", "echo factory settings >/etc/config")).succeeds();
    }

    @Test
    void one_test_breaks_the_configuration(GuestAgent agent) {
        assertThat(agent.run("cat", "/etc/config")).hasOutput("factory settings\n");
        assertThat(agent.run("rm", "/etc/config")).succeeds();
    }

    @Test
    void another_one_changes_it(GuestAgent agent) {
        assertThat(agent.run("cat", "/etc/config")).hasOutput("factory settings\n");
        assertThat(agent.run("sh", "-c", "echo mine >/etc/config")).succeeds();
    }
}
