package io.github.qmpjunit.shell;

import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;

/** Reads an address as people type it. The one place to extend when the client learns further kinds. */
final class Addresses implements ITypeConverter<QmpAddress> {

    @Override
    public QmpAddress convert(String text) {
        return QmpAddress.unix(Path.of(text.startsWith("unix:") ? text.substring("unix:".length()) : text));
    }
}
