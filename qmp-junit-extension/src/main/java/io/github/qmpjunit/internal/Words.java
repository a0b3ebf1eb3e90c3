package io.github.qmpjunit.internal;

import org.apiguardian.api.API;

/** Checks what is to become part of a command line or an environment: the system ends both at the character NUL. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class Words {

    private Words() {}

    /**
     * Return the text if a program can be given it.
     *
     * @param what names it in the message, such as {@code QEMU's argument}; the text itself may be a secret
     * @throws IllegalArgumentException if it has a NUL
     */
    public static String require(String what, String text) {
        int place = text.indexOf('\0');
        if (place >= 0) {
            throw new IllegalArgumentException(
                    "%s has the character NUL at index %s, where the system would cut it off; leave that character out"
                            .formatted(what, place));
        }
        return text;
    }

    /**
     * Check a variable of an environment.
     *
     * @throws IllegalArgumentException if there can be no such variable, or it cannot have that value
     */
    public static void requireVariable(String variable, String value) {
        require("The name of an environment variable", variable);
        if (variable.isEmpty() || variable.contains("=")) {
            throw new IllegalArgumentException(
                    "An environment variable cannot be called \"%s\": a name is not empty and has no \"=\". Pass name and value apart: environment(\"NAME\", \"value\")"
                            .formatted(
                                    variable.contains("=")
                                            ? variable.substring(0, variable.indexOf('=')) + "=..."
                                            : variable));
        }
        require("The value of the environment variable \"" + variable + "\"", value);
    }
}
