package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.disk.DiskFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** Provides the formats of {@link DiskFormats}. */
final class DiskFormatsProvider implements ArgumentsProvider, AnnotationConsumer<DiskFormats> {

    private DiskFormat[] formats = {};

    /** JUnit creates it. */
    DiskFormatsProvider() {}

    @Override
    public void accept(DiskFormats annotation) {
        formats = annotation.value();
    }

    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        Stream<DiskFormat> chosen = formats.length > 0
                ? Stream.of(formats)
                : Stream.of(DiskFormat.values()).filter(format -> format != DiskFormat.LUKS);
        return chosen.map(Arguments::of);
    }
}
