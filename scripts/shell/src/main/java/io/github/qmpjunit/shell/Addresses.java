package io.github.qmpjunit.shell;

import io.github.qmpjunit.qmp.transport.QmpAddress;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;

/**
 * Reads an address as people type it: the path of a UNIX socket, or {@code host:port}. A path that looks like the latter is told apart by
 * {@code unix:} in front, or by a slash.
 */
final class Addresses implements ITypeConverter<QmpAddress> {

    /** An IPv6 address is in brackets. */
    private static final Pattern HOST_AND_PORT = Pattern.compile("(?:tcp:)?(\\[[^\\]/]+]|[^:/]+):(\\d{1,5})");

    @Override
    public QmpAddress convert(String text) {
        if (text.startsWith("unix:")) {
            return QmpAddress.unix(Path.of(text.substring("unix:".length())));
        }
        Matcher tcp = HOST_AND_PORT.matcher(text);
        return tcp.matches()
                ? QmpAddress.tcp(tcp.group(1).replaceAll("[\\[\\]]", ""), Integer.parseInt(tcp.group(2)))
                : QmpAddress.unix(Path.of(text));
    }
}
