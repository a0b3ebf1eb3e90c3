package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachineBuilder;
import org.apiguardian.api.API;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Defines what an annotation cannot hold: paths, sizes that are computed, nodes and devices. Named by {@link Vm#factory()}; needs a
 * constructor without parameters.
 *
 * <pre>{@code
 * static final class FaultyDisk implements VmFactory {
 *
 *     @Override
 *     public void define(QemuMachineBuilder vm, ExtensionContext context) {
 *         vm.faultyDisk("disk", Map.of("driver", "null-co", "size", SIZE))
 *                 .blockNode(Map.of("driver", "null-co", "node-name", "copy", "size", SIZE));
 *     }
 * }
 * }</pre>
 */
@FunctionalInterface
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
@SuppressWarnings("exports") // Whoever meets JUnit's types here requires JUnit.
public interface VmFactory {

    /**
     * Complete a machine's definition. Called once for each machine, on the test's thread, before it starts.
     *
     * @param vm holds what the annotation says already
     * @param context the context of the test, or of the class, that the machine is made for
     */
    void define(QemuMachineBuilder vm, ExtensionContext context);
}
