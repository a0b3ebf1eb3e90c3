package io.github.qmpjunit.junit;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import io.github.qmpjunit.internal.DidYouMean;
import io.github.qmpjunit.qemu.probe.QemuCapabilities;
import io.github.qmpjunit.qemu.process.QemuBinary;
import io.github.qmpjunit.qemu.process.QemuNotFoundException;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Asks QEMU what {@link EnabledIfQemu} wants to know. */
final class EnabledIfQemuCondition implements ExecutionCondition {

    /** JUnit creates it. */
    EnabledIfQemuCondition() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        boolean isTest = context.getTestMethod().isPresent();
        boolean chosen = QemuMatrixProvider.choice(context).isPresent();
        if (!isTest && !chosen && AnnotationSupport.isAnnotated(context.getElement(), QemuMatrix.class)) {
            return enabled("decided for each QEMU of the matrix");
        }
        if (isTest && chosen) { // JUnit asks the classes of a matrix before the matrix has chosen
            ConditionEvaluationResult ofClass = evaluate(context.getTestClass(), context);
            if (ofClass.isDisabled()) {
                return ofClass;
            }
        }
        return evaluate(context.getElement(), context);
    }

    private static ConditionEvaluationResult evaluate(
            Optional<? extends AnnotatedElement> element, ExtensionContext context) {
        return AnnotationSupport.findAnnotation(element, EnabledIfQemu.class)
                .map(wanted -> evaluate(wanted, context))
                .orElseGet(() -> enabled("no @EnabledIfQemu here"));
    }

    private static ConditionEvaluationResult evaluate(EnabledIfQemu wanted, ExtensionContext context) {
        VersionRange versions = VersionRange.parse(wanted.version());
        Path binary;
        try {
            binary = QemuBinary.find(binary(wanted, context));
        } catch (QemuNotFoundException e) {
            Missing byConfiguration = Configuration.of(context).choice(ConfigurationKeys.MISSING, Missing.FAIL);
            if (wanted.missing() == Missing.SKIP || byConfiguration == Missing.SKIP) {
                return disabled(e.getMessage());
            }
            throw e;
        }
        QemuCapabilities found = QemuCapabilities.of(binary);
        List<String> lacks = new ArrayList<>();
        if (!versions.contains(found.version())) {
            lacks.add("is not in " + wanted.version());
        }
        addMissing(lacks, "command", wanted.command(), found.commands());
        addMissing(lacks, "device", wanted.device(), found.devices());
        addMissing(lacks, "machine", wanted.machine(), found.machines());
        addMissing(
                lacks,
                "block driver",
                wanted.blockDriver(),
                found.blockDrivers(),
                valuesOf(found, "blockdev-add", "driver"));
        addMissing(lacks, "netdev", wanted.netdev(), found.netdevs(), valuesOf(found, "netdev_add", "type"));
        for (String property : wanted.property()) {
            addProperty(lacks, property, found);
        }
        for (String accelerator : wanted.accelerator()) {
            addAccelerator(lacks, accelerator, found);
        }
        String name = "QEMU %s at %s".formatted(found.version(), found.binary());
        return lacks.isEmpty()
                ? enabled(name + " has all that is wanted")
                : disabled("%s %s".formatted(name, String.join(", ", lacks)));
    }

    private static @Nullable String binary(EnabledIfQemu wanted, ExtensionContext context) {
        if (!wanted.binary().isEmpty()) {
            return wanted.binary();
        }
        return QemuMatrixProvider.choice(context)
                .flatMap(QemuMatrixProvider.Choice::binary)
                .or(() -> MachineBuilders.binary(Configuration.of(context)))
                .orElse(null);
    }

    private static void addMissing(List<String> lacks, String kind, String[] wanted, Set<String> found) {
        for (String name : wanted) {
            if (!found.contains(name)) {
                lacks.add("has no %s \"%s\"".formatted(kind, name));
            }
        }
    }

    /**
     * Add the names that are missing. The schema has a name also if what it names was not built in.
     *
     * @param schema what this QEMU's schema names
     */
    private static void addMissing(
            List<String> lacks, String kind, String[] wanted, Set<String> found, List<String> schema) {
        for (String name : wanted) {
            List<String> near = DidYouMean.of(name, schema);
            if (!found.contains(name) && !schema.contains(name) && isOneEditAway(name, near)) {
                throw new ExtensionConfigurationException(
                        "@EnabledIfQemu names the %s \"%s\", which QEMU does not know%s"
                                .formatted(kind, name, DidYouMean.ending(quoted(near))));
            }
        }
        addMissing(lacks, kind, wanted, found);
    }

    /** A name that is a little further away can be that of a newer QEMU. */
    private static boolean isOneEditAway(String name, List<String> near) {
        return near.stream().anyMatch(other -> Math.abs(other.length() - name.length()) <= 1);
    }

    private static List<String> quoted(List<String> names) {
        return names.stream().map(name -> "\"" + name + "\"").toList();
    }

    private static List<String> valuesOf(QemuCapabilities found, String command, String argument) {
        return found.schema().command(command).arguments().stream()
                .filter(member -> member.name().equals(argument))
                .flatMap(member -> member.type().values().stream())
                .toList();
    }

    private static void addProperty(List<String> lacks, String wanted, QemuCapabilities found) {
        int dot = wanted.indexOf('.');
        if (dot <= 0 || dot == wanted.length() - 1) {
            throw new ExtensionConfigurationException(
                    "@EnabledIfQemu(property = \"%s\") is no device, dot and property. Write it like \"virtio-blk-pci.queue-size\""
                            .formatted(wanted));
        }
        String device = wanted.substring(0, dot);
        String property = wanted.substring(dot + 1);
        Optional<Set<String>> properties = found.properties(device);
        if (properties.isEmpty()) {
            lacks.add("has no device \"%s\"".formatted(device));
        } else if (!properties.get().contains(property)) {
            lacks.add("has no property \"%s\" of device \"%s\"%s"
                    .formatted(property, device, DidYouMean.ending(quoted(DidYouMean.of(property, properties.get())))));
        }
    }

    private static void addAccelerator(List<String> lacks, String accelerator, QemuCapabilities found) {
        if (!found.accelerators().contains(accelerator)) {
            lacks.add("has no accelerator \"%s\", only %s".formatted(accelerator, found.accelerators()));
        } else if (accelerator.equals("kvm")) {
            Optional<String> reason = found.whyNoKvm();
            reason.ifPresent(text -> lacks.add("cannot use KVM: " + text));
        }
    }
}
