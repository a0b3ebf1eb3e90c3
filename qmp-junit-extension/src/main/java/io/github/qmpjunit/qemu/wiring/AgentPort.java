package io.github.qmpjunit.qemu.wiring;

import java.util.List;
import org.apiguardian.api.API;

/** The virtio serial port at which a guest agent listens. */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class AgentPort {

    /** The name of the port by which agents find it. */
    public static final String NAME = "org.qemu.guest_agent.0";

    /** The id of its chardev. */
    public static final String CHARDEV = "qga";

    /** The id of its device. */
    public static final String DEVICE = "qga-port";

    private AgentPort() {}

    /**
     * Return the arguments that add the port, on its own controller.
     *
     * @param machine the machine's type
     */
    public static List<String> devices(String machine) {
        return List.of(
                "-device",
                (machine.startsWith("microvm") ? "virtio-serial-device" : "virtio-serial") + ",id=qga-bus",
                "-device",
                "virtserialport,bus=qga-bus.0,chardev=%s,name=%s,id=%s".formatted(CHARDEV, NAME, DEVICE));
    }
}
