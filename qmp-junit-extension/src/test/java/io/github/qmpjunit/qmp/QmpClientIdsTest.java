package io.github.qmpjunit.qmp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.scripted.ReceivedCommand;
import io.github.qmpjunit.qmp.scripted.ScriptedQmpServer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each reply goes to its own message, whatever the id looks like, and whatever was sent before. */
class QmpClientIdsTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static QemuMachine vm;
    private static QmpClient qmp;

    @BeforeAll
    static void start() {
        vm = QemuMachine.builder().start();
        qmp = vm.qmp();
    }

    @AfterAll
    static void stop() {
        vm.close();
    }

    static List<Object> ids() {
        Map<String, Object> members = new LinkedHashMap<>();
        for (String name : List.of("zeta", "alpha", "mid", "b", "a")) {
            members.put(name, List.of(1e10, Map.of("x", 0.1)));
        }
        return List.of(
                1e10,
                0.1,
                1e22,
                -0.0,
                1e300,
                123456789012345680.0,
                new BigDecimal("1.50"),
                Long.MIN_VALUE,
                BigInteger.TWO.pow(64).subtract(BigInteger.ONE),
                "1e10",
                "",
                "\u00e4 \ud83d\ude00 \"quoted\" \\ \u0001",
                true,
                List.of(),
                members);
    }

    @ParameterizedTest
    @MethodSource("ids")
    void an_id_is_found_however_qemu_writes_it(Object id) {
        assertThat(qmp.execute(QmpCommand.of("query-name").withId(id).withTimeout(SOON)))
                .hasToString("{}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'execute': 'query-name', 'id': 'x'}",
                "{\"execute\": \"query-name\", 'id': \"it's\"}",
                "{'execute': 'query-name', 'id': 'it\\'s'}",
                "  {'execute' : 'query-name', 'id': {'b': 1e1, 'a': [null]}}  "
            })
    void an_id_in_single_quotes_is_found(String text) {
        assertThat(qmp.executeRaw(text).path("return")).hasToString("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage !", "garbage ! and } more ] of , it", "]", "{\"a\" \"b\"}", "5", "[1]", "'x"})
    void a_text_that_is_no_message_leaves_the_connection_usable(String text) {
        try {
            assertThat(qmp.executeRaw(text + "\u001b").has("error")).isTrue();
            assertThat(qmp.executeRaw("{\"execute\": \"query-name\"}"))
                    .as("not a further error to the text before")
                    .hasToString("{\"return\":{}}");
            assertThat(qmp.execute("query-name")).hasToString("{}");
        } catch (QmpTimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void bytes_go_out_as_they_are() {
        assertThat(qmp.executeRaw("{\"execute\": \"query-name\", \"id\": 1}".getBytes(UTF_8)))
                .hasToString("{\"return\":{},\"id\":1}");
        assertThat(qmp.executeRaw(new byte[] {'"', (byte) 0xC3, '"', '\n'}).has("error"))
                .isTrue();
        assertThat(qmp.execute("query-name")).hasToString("{}");
        assertThatThrownBy(() -> qmp.executeRaw("\"\ud83d\""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("executeRaw(byte[])");
    }

    @Test
    void a_message_never_gets_the_late_reply_of_an_earlier_one() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient impatient =
                        QmpClient.builder().timeout(Duration.ofMillis(50)).connect(server.address())) {
            server.whenExecuted("late").staysSilent();
            server.whenExecuted("quick").does(command -> {
                ReceivedCommand late = server.awaitCommand("late", SOON);
                late.reply("the late one's");
                command.reply("the quick one's");
            });

            assertThatThrownBy(() -> impatient.executeRaw("{\"execute\": \"late\"}"))
                    .isInstanceOf(QmpTimeoutException.class);
            assertThat(impatient.executeRaw("{\"execute\": \"quick\"}"))
                    .hasToString("{\"return\":\"the quick one's\"}");

            assertThatThrownBy(() -> impatient.execute(QmpCommand.of("late").withId("same")))
                    .isInstanceOf(QmpTimeoutException.class);
            assertThat(impatient.execute(QmpCommand.of("quick").withId("same").withTimeout(SOON)))
                    .hasToString("\"the quick one's\"");
        }
    }

    @Test
    void a_command_that_waits_behind_another_one_names_it() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient client = QmpClient.builder().name("src").connect(server.address())) {
            server.whenExecuted("chardev-add").staysSilent();
            server.whenExecuted("query-name").staysSilent();
            client.executeAsync(QmpCommand.of("chardev-add"));

            assertThatThrownBy(() -> client.execute(QmpCommand.of("query-name").withTimeout(Duration.ofMillis(50))))
                    .isInstanceOf(QmpTimeoutException.class)
                    .message()
                    .matches(
                            "No reply within 50 ms to \\{\"execute\":\"query-name\"\\}\\. It waits behind \\{\"execute\":\"chardev-add\"\\}, which has had no reply for .*: QEMU executes commands one after the other \\(QMP client \"src\"\\)");
            server.awaitCommand("chardev-add", SOON).reply();
            assertThatThrownBy(() -> client.execute(QmpCommand.of("query-name").withTimeout(Duration.ofMillis(50))))
                    .as("the one that timed out before has no reply yet either")
                    .hasMessageContaining("It waits behind {\"execute\":\"query-name\"}");
        }
    }

    @Test
    void also_one_whose_own_time_is_over_on_a_real_qemu() {
        try (QemuMachine busy = QemuMachine.builder().start()) {
            QmpCommand blocking = QmpCommand.parse(
                            "{\"execute\": \"chardev-add\", \"arguments\": {\"id\": \"c0\", \"backend\": {\"type\": \"socket\", \"data\": {\"addr\": {\"type\": \"inet\", \"data\": {\"host\": \"127.0.0.1\", \"port\": \"0\"}}, \"server\": true, \"wait\": true}}}}")
                    .withTimeout(Duration.ofMillis(100));
            assertThatThrownBy(() -> busy.qmp().execute(blocking)).isInstanceOf(QmpTimeoutException.class);

            assertThatThrownBy(
                            () -> busy.qmp().execute(QmpCommand.of("query-name").withTimeout(Duration.ofMillis(100))))
                    .hasMessageContaining("It waits behind {\"execute\":\"chardev-add\"");
            busy.kill();
        }
    }

    @Test
    void an_error_has_what_was_sent_and_what_was_received() {
        try (ScriptedQmpServer server = ScriptedQmpServer.start();
                QmpClient client = QmpClient.builder().name("dst").connect(server.address())) {
            server.whenExecuted("fails")
                    .does(command -> command.connection()
                            .send(Map.of(
                                    "error",
                                    Map.of("class", "GenericError", "desc", "no", "more", 5),
                                    "id",
                                    command.id().orElseThrow())));

            assertThatThrownBy(() -> client.execute(QmpCommand.of("fails").withId("mine")))
                    .isInstanceOfSatisfying(QmpErrorException.class, error -> {
                        assertThat(error.sent())
                                .isEqualTo(Json.MAPPER.readTree("{\"execute\":\"fails\",\"id\":\"mine\"}"));
                        assertThat(error.received().path("error").path("more").asInt())
                                .isEqualTo(5);
                        assertThat(error.received().path("id").asString()).isEqualTo("mine");
                        assertThat(error.client()).hasValue("dst");
                        assertThat(error)
                                .hasMessage(
                                        "GenericError: no%n  in reply to QMP client \"dst\": {\"execute\":\"fails\"}"
                                                .formatted());
                    });
        }
    }
}
