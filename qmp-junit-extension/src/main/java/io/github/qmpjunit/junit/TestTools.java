package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.disk.Disks;
import io.github.qmpjunit.qemu.disk.QemuTools;
import java.lang.reflect.Parameter;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives a test the tools of its QEMU, and a folder for disks. */
final class TestTools {

    private TestTools() {}

    static boolean isAskedForAt(Parameter parameter) {
        return parameter.getType() == Disks.class || parameter.getType() == QemuTools.class;
    }

    /** Return what a parameter is to be given. A test has only one folder. */
    static Object valueOf(Parameter parameter, ExtensionContext context) {
        if (parameter.getType() == QemuTools.class) {
            return ofTest(context);
        }
        return ExtensionStore.of(context)
                .getOrComputeIfAbsent(
                        ExtensionStore.ownKey(Folder.class, context),
                        key -> new Folder(Disks.scratch(ofTest(context))),
                        Folder.class)
                .disks();
    }

    /** Return the tools of the QEMU that matrix and configuration choose. */
    static QemuTools of(ExtensionContext context) {
        Configuration configuration = Configuration.of(context);
        return QemuTools.of(
                QemuMatrixProvider.choice(context)
                        .flatMap(QemuMatrixProvider.Choice::binary)
                        .or(() -> MachineBuilders.binary(configuration))
                        .orElse(null),
                configuration::text);
    }

    /** Return the tools of the first machine's QEMU, which may come from an annotation or a builder, or else the same as above. */
    static QemuTools ofTest(ExtensionContext context) {
        Optional<String> binary = Optional.ofNullable(TestFixture.existing(context)).stream()
                .flatMap(fixture -> fixture.machines().stream())
                .map(TestMachine::machine)
                .filter(machine -> !machine.launchPrefix().isRemote())
                .map(QemuMachine::commandLine)
                .map(line -> line.get(0))
                .findFirst();
        Configuration configuration = Configuration.of(context);
        return binary.map(path -> QemuTools.of(path, configuration::text)).orElseGet(() -> of(context));
    }

    /** Both interfaces, since JUnit knew only the older one before 5.13, and warns where only that one is implemented. */
    @SuppressWarnings("deprecation") // CloseableResource: see above
    private record Folder(Disks disks) implements ExtensionContext.Store.CloseableResource, AutoCloseable {

        @Override
        public void close() {
            InterruptFlag.aside(disks::close);
        }
    }
}
