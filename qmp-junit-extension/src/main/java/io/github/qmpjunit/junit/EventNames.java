package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.ClientView;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEvents;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.platform.commons.support.AnnotationSupport;

/** Refuses {@link Listen} with names that no event of this QEMU has: such a listener would hear nothing for ever. */
final class EventNames {

    private EventNames() {}

    static void check(QmpClient qmp, List<Injection> listeners) {
        for (Injection injection : listeners) {
            AnnotationSupport.findAnnotation(injection.place(), Listen.class)
                    .ifPresent(listen -> check(qmp, injection, listen));
        }
    }

    private static void check(QmpClient qmp, Injection injection, Listen listen) {
        for (String name : listen.value()) {
            if (!Known.NAMES.contains(name)
                    && !ClientView.of(qmp).isOwnEvent(name)
                    && !qmp.schema().hasEvent(name)) {
                throw new ExtensionConfigurationException("@Listen(\"%s\") on %s hears nothing: %s"
                        .formatted(name, injection.describe(), qmp.schema().unknownEvent(name)));
            }
        }
    }

    /** The constants' names, for which no QEMU needs to be asked: but for those that not each has that still is in use. */
    private static final class Known {

        private static final Set<String> NOT_EVERYWHERE = Set.of(
                "GUEST_PVSHUTDOWN",
                "HV_BALLOON_STATUS_REPORT",
                "MEM_UNPLUG_ERROR",
                "NETDEV_VHOST_USER_CONNECTED",
                "NETDEV_VHOST_USER_DISCONNECTED",
                "RDMA_GID_STATUS_CHANGED",
                "VFIO_MIGRATION");

        private static final Set<String> NAMES = Stream.of(QmpEvents.class.getFields())
                .map(java.lang.reflect.Field::getName)
                .filter(name -> !NOT_EVERYWHERE.contains(name))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Return the names of which is taken for granted that each QEMU has them. */
    static Set<String> takenForGranted() {
        return Known.NAMES;
    }
}
