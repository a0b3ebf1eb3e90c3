package io.github.qmpjunit.junit.report;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tells what took part in the test, in which version. */
final class Versions {

    private static final String DESCRIPTOR = "/META-INF/maven/io.github.qmpjunit/qmp-junit-extension/pom.properties";

    private Versions() {}

    static Map<String, String> of(List<MachineRecord> machines) {
        Map<String, String> versions = new LinkedHashMap<>();
        for (MachineRecord machine : machines) {
            List<String> parts = new ArrayList<>();
            machine.version().ifPresent(parts::add);
            if (!machine.start().commandLine().isEmpty()) {
                parts.add(machine.start().commandLine().get(0));
            }
            versions.put(
                    "QEMU \"%s\"".formatted(machine.name()), parts.isEmpty() ? "unknown" : String.join(", ", parts));
        }
        versions.put("qmp-junit", ours());
        versions.put("JUnit Jupiter", orUnknown(versionOf(Test.class)));
        versions.put("Java", "%s (%s)".formatted(property("java.runtime.version"), property("java.vm.name")));
        versions.put(
                "System",
                "%s %s, %s, %s processors"
                        .formatted(
                                property("os.name"),
                                property("os.version"),
                                property("os.arch"),
                                Runtime.getRuntime().availableProcessors()));
        return versions;
    }

    private static String ours() {
        Properties descriptor = new Properties();
        try (InputStream stream = Versions.class.getResourceAsStream(DESCRIPTOR)) {
            if (stream != null) {
                descriptor.load(stream);
            }
        } catch (IOException e) {
            // The version is told as unknown.
        }
        return descriptor.getProperty("version", "unknown, not from a jar");
    }

    /** A module's descriptor tells it; on the class path the jar's manifest does. */
    private static @Nullable String versionOf(Class<?> type) {
        ModuleDescriptor descriptor = type.getModule().getDescriptor();
        return descriptor == null
                ? type.getPackage().getImplementationVersion()
                : descriptor.rawVersion().orElse(null);
    }

    private static String property(String name) {
        return orUnknown(System.getProperty(name));
    }

    private static String orUnknown(@Nullable String value) {
        return value == null ? "unknown" : value;
    }
}
