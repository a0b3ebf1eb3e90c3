/**
 * Test against a real QEMU from JUnit: an asynchronous QMP client, a machine with a life cycle, an extension that injects both.
 *
 * <p>On the module path a JVM of version 24 or newer wants {@code --enable-native-access=org.newsclub.net.unix}, on the class path
 * {@code --enable-native-access=ALL-UNNAMED}: UNIX sockets with file descriptors need native code.
 */
@SuppressWarnings("module") // The assertions' module is built after this one.
module io.github.qmpjunit {
    requires static transitive org.apiguardian.api;
    requires static transitive org.jspecify;
    // The user's own is the one that counts. Not transitive: javac would then want it of those who use the client
    // alone.
    requires static org.junit.jupiter.api;
    requires static org.junit.jupiter.params;
    requires static org.junit.platform.launcher;
    requires transitive tools.jackson.databind;
    requires java.management;
    requires jdk.management;
    requires org.newsclub.net.unix;
    // junixsocket loads it by a class's name; nothing else would bring it into the module graph.
    requires com.kohlschutter.junixsocket.nativecommon;

    exports io.github.qmpjunit.junit;
    exports io.github.qmpjunit.qemu;
    exports io.github.qmpjunit.qemu.disk;
    exports io.github.qmpjunit.qemu.faults;
    exports io.github.qmpjunit.qemu.guest;
    exports io.github.qmpjunit.qemu.probe;
    exports io.github.qmpjunit.qemu.process;
    exports io.github.qmpjunit.qemu.qtest;
    exports io.github.qmpjunit.qemu.state;
    exports io.github.qmpjunit.qmp;
    exports io.github.qmpjunit.qmp.job;
    exports io.github.qmpjunit.qmp.schema;
    exports io.github.qmpjunit.qmp.scripted;
    exports io.github.qmpjunit.qmp.transport;
    exports io.github.qmpjunit.secrets;

    // Not for users: our own packages share them.
    exports io.github.qmpjunit.internal to
            io.github.qmpjunit.assertj;
    exports io.github.qmpjunit.json to
            io.github.qmpjunit.assertj,
            io.github.qmpjunit.qapi;

    // Jackson makes what says which members are left out.
    opens io.github.qmpjunit.json to
            tools.jackson.databind;
    // JUnit makes the conditions and providers that annotations name; they are no API.
    opens io.github.qmpjunit.junit to
            org.junit.platform.commons;
}
