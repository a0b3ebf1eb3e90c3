package io.github.qmpjunit.assertj;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URL;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the module descriptor beside a class. */
final class ExportedPackages {

    private ExportedPackages() {}

    /** Return the packages that the module of a class exports to everyone. */
    static Set<String> of(Class<?> anyOfModule) throws IOException {
        URL home = anyOfModule.getProtectionDomain().getCodeSource().getLocation();
        String base = home.toString().endsWith(".jar") ? "jar:" + home + "!/" : home.toString();
        try (InputStream descriptor =
                URI.create(base + "module-info.class").toURL().openStream()) {
            return ModuleDescriptor.read(descriptor).exports().stream()
                    .filter(export -> !export.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .collect(Collectors.toSet());
        }
    }
}
