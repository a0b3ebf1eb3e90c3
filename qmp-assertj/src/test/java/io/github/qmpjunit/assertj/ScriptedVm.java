package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpClientBuilder;
import io.github.qmpjunit.qmp.QmpPeer;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A client of a scripted server that calls itself "vm", runs, and has no jobs: for what depends on the order, the number and the
 * moment of events, none of which a real QEMU lets a test choose.
 */
final class ScriptedVm implements AutoCloseable {

    final ScriptedQmpServer server = ScriptedQmpServer.start();
    final QmpClient qmp;

    ScriptedVm() {
        this(QmpClient.builder());
    }

    private ScriptedVm(QmpClientBuilder client) {
        server.whenExecuted("query-version").replies();
        server.whenExecuted("query-status").replies(Map.of("status", "running"));
        server.whenExecuted("query-jobs").replies(List.of());
        qmp = client.name("vm").connect(server.address());
    }

    static ScriptedVm withOwnEvents(String... names) {
        ScriptedVm vm = new ScriptedVm(QmpClient.builder().ownEvents(names));
        vm.server
                .whenExecuted("query-qmp-schema")
                .replies(List.of(Map.of("name", "STOP", "meta-type", "event", "arg-type", "0")));
        return vm;
    }

    static ScriptedVm withArtefacts(Path directory) {
        return new ScriptedVm(QmpClient.builder().peer(new QmpPeer() {
            @Override
            public Optional<Path> artefacts() {
                return Optional.of(directory);
            }
        }));
    }

    /** Send an event and wait until it has arrived. */
    ScriptedVm sends(String event, Map<String, ?> data) {
        server.sendEvent(event, data);
        qmp.execute("query-version");
        return this;
    }

    ScriptedVm sends(String event) {
        server.sendEvent(event);
        qmp.execute("query-version");
        return this;
    }

    ScriptedVm sendsJobStatus(String job, String... statuses) {
        for (String status : statuses) {
            sends("JOB_STATUS_CHANGE", Map.of("id", job, "status", status));
        }
        return this;
    }

    /**
     * Do something while a wait is under way for certain: a wait on a client that gets no event asks for the schema after a while.
     */
    ScriptedVm whileSomebodyWaits(Runnable action) {
        server.whenExecuted("query-qmp-schema").does(command -> {
            action.run();
            command.replyWithError("CommandNotFound", "no schema");
        });
        return this;
    }

    /** Return a failure's message with its times, which differ from run to run, made alike. */
    static String textOf(Throwable failure) {
        return failure.getMessage().replaceAll("[\\d.]+ (us|ms|s) (before|into) the wait", "T");
    }

    @Override
    public void close() {
        qmp.close();
        server.close();
    }
}
