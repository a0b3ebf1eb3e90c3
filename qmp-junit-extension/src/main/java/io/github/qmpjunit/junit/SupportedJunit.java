package io.github.qmpjunit.junit;

import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** Refuses a JUnit that is too old: before 5.13 it silently never closes what is merely AutoCloseable, and parts are missing. */
final class SupportedJunit {

    private static final boolean NEW_ENOUGH = exists("org.junit.jupiter.api.extension.ExtensionContext$StoreScope");

    private SupportedJunit() {}

    static void require() {
        if (!NEW_ENOUGH) {
            throw new ExtensionConfigurationException(
                    "QemuExtension needs JUnit 5.13 or newer; this one is older. Set the version of junit-jupiter, or of the junit-bom, accordingly");
        }
    }

    private static boolean exists(String type) {
        try {
            Class.forName(type, false, SupportedJunit.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
