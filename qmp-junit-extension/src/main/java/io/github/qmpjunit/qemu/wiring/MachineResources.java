package io.github.qmpjunit.qemu.wiring;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/**
 * The resources that a machine takes from its host.
 *
 * @param cores the guest's processors; 0 for a machine without processors, such as {@code none}
 * @param memoryBytes the guest's memory, in bytes
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public record MachineResources(int cores, long memoryBytes) {

    /** Nothing at all. */
    public static final MachineResources NONE = new MachineResources(0, 0);

    private static final Pattern MEMORY = Pattern.compile("(?:size=)?(\\d+)([kmgt]?)b?(?:,.*)?");
    private static final Pattern PROCESSORS = Pattern.compile("(?:cpus=)?(\\d+)(?:,.*)?");
    private static final long DEFAULT_MEMORY = 128L << 20;

    /**
     * Return the sum of these and other resources.
     *
     * @param other the other resources
     * @return the sum
     */
    public MachineResources plus(MachineResources other) {
        return new MachineResources(cores + other.cores, memoryBytes + other.memoryBytes);
    }

    /** Read them from a command line; values that QEMU will refuse are ignored. */
    public static MachineResources of(List<String> commandLine) {
        int cores = 1;
        long memory = DEFAULT_MEMORY;
        boolean hardware = true;
        for (int i = 0; i + 1 < commandLine.size(); i++) {
            String value = commandLine.get(i + 1);
            switch (commandLine.get(i)) {
                case "-m" -> memory = memory(value, memory);
                case "-smp" -> cores = processors(value, cores);
                case "-machine", "-M" -> hardware = !value.equals("none") && !value.startsWith("none,");
                default -> {
                    // takes no resources that count
                }
            }
        }
        return hardware ? new MachineResources(cores, memory) : NONE;
    }

    /**
     * Return the number of bytes that a size means to QEMU's {@code -m}: mebibytes, or with {@code K}, {@code M}, {@code G}, {@code T}.
     *
     * @param size such as {@code 64} or {@code 4G}
     * @return the number of bytes
     * @throws IllegalArgumentException if it is not a size
     */
    public static long bytes(String size) {
        Matcher matcher = MEMORY.matcher(size.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"%s\" is no size; write it as 512M or 4G".formatted(size));
        }
        int shift = switch (matcher.group(2)) {
            case "k" -> 10;
            case "g" -> 30;
            case "t" -> 40;
            default -> 20;
        };
        return Long.parseLong(matcher.group(1)) << shift;
    }

    private static long memory(String value, long otherwise) {
        try {
            return bytes(value);
        } catch (IllegalArgumentException e) {
            return otherwise;
        }
    }

    private static int processors(String value, int otherwise) {
        Matcher matcher = PROCESSORS.matcher(value);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : otherwise;
    }
}
