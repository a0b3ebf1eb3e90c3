package io.github.qmpjunit.qmp;

import static io.github.qmpjunit.qmp.EventMatcher.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.qmp.job.QmpJobListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

public class QmpEventListenerTest {

    private static final Duration NONE = Duration.ZERO;
    private static final Duration SOON = Duration.ofSeconds(10);

    private final QmpClient client = QmpClient.builder().name("test").build();
    private final EventRouter router = new EventRouter(client);

    private void arrive(String... names) {
        for (String name : names) {
            router.dispatch(Json.MAPPER.readTree("{\"event\": \"%s\"}".formatted(name)), System.nanoTime());
        }
    }

    private QmpEventListener registered(EventMatcher filter) {
        QmpEventListener listener = QmpEventListener.of(filter);
        router.register(listener);
        return listener;
    }

    private static List<String> names(List<QmpEvent> events) {
        return events.stream().map(QmpEvent::name).toList();
    }

    @Test
    void each_listener_has_its_own_copy() {
        QmpEventListener one = registered(EventMatcher.anyEvent());
        QmpEventListener other = registered(EventMatcher.anyEvent());
        arrive("A");

        assertThat(one.next(NONE)).isSameAs(other.next(NONE));
        assertThat(one.isEmpty()).isTrue();
    }

    @Test
    void next_with_a_matcher_leaves_the_others_in_their_order() {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        arrive("A", "B", "C", "B");

        assertThat(listener.next(event("B"), NONE).sequence()).isEqualTo(2);
        assertThat(names(listener.pending())).containsExactly("A", "C", "B");
    }

    @Test
    void an_event_that_is_put_back_has_its_old_place() {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        arrive("A", "B", "C");
        QmpEvent b = listener.next(event("B"), NONE);
        arrive("D");

        listener.putBack(b);

        assertThat(names(listener.pending())).containsExactly("A", "B", "C", "D");
    }

    @Test
    void an_event_that_is_put_back_twice_is_there_once() {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        arrive("A", "B", "C");
        QmpEvent b = listener.next(event("B"), NONE);

        listener.putBack(b);
        listener.putBack(b);

        assertThat(names(listener.pending())).containsExactly("A", "B", "C");
    }

    @Test
    void listeners_are_asked_in_the_order_of_their_registration() {
        List<String> asked = new ArrayList<>();
        for (String name : List.of("first", "second", "third")) {
            registered(EventMatcher.anyEvent().where("it is noted", event -> asked.add(name)));
        }
        arrive("A", "B");

        assertThat(asked).containsExactly("first", "second", "third", "first", "second", "third");
    }

    @Test
    void a_filter_of_its_own_is_asked_about_events_of_its_names_only() {
        List<String> asked = new ArrayList<>();
        QmpEventListener listener = registered(EventMatcher.anyOf("A", "B").where("it is noted", event -> {
            asked.add(event.name());
            return event.name().equals("B");
        }));
        arrive("A", "B", "C");

        assertThat(asked).containsExactly("A", "B");
        assertThat(names(listener.pending())).containsExactly("B");
    }

    @Test
    void filters_before_it_takes_in() {
        QmpEventListener listener = registered(event("A"));
        arrive("A", "B");

        assertThat(names(listener.history())).containsExactly("A");
    }

    @Test
    void clear_returns_what_it_cleared_and_keeps_the_history() {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        arrive("A", "B");
        listener.next(NONE);

        assertThat(names(listener.clear())).containsExactly("B");
        assertThat(listener.isEmpty()).isTrue();
        assertThat(names(listener.history())).containsExactly("A", "B");
    }

    @Test
    void a_wait_wakes_up_when_the_event_arrives() throws InterruptedException {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        List<QmpEvent> found = new ArrayList<>();
        Thread waiter = new Thread(() -> found.add(listener.next(event("B"), SOON)));
        waiter.start();

        arrive("A", "B");
        waiter.join();

        assertThat(names(found)).containsExactly("B");
    }

    @Test
    void one_event_goes_to_one_of_two_waiters() throws InterruptedException {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        CountDownLatch done = new CountDownLatch(2);
        List<QmpEvent> found = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 2; i++) {
            new Thread(() -> {
                        found.add(listener.next(event("A"), SOON));
                        done.countDown();
                    })
                    .start();
        }
        arrive("A", "A");

        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(found).extracting(QmpEvent::sequence).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void a_time_out_says_what_was_awaited() {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        arrive("A");

        assertThatThrownBy(() -> listener.next(event("B").withData("x", 1), Duration.ofMillis(20)))
                .isInstanceOf(QmpTimeoutException.class)
                .hasMessage(
                        "Waited 20 ms in vain for B with data x = 1; the listener has heard 1 events (QMP client \"test\")");
    }

    @Test
    void the_end_of_the_connection_ends_a_wait_but_not_what_has_arrived() throws InterruptedException {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        List<Throwable> thrown = new ArrayList<>();
        Thread waiter = new Thread(() -> {
            try {
                listener.next(event("B"), Duration.ofDays(1));
            } catch (QmpException e) {
                thrown.add(e);
            }
        });
        waiter.start();
        arrive("A");

        router.connectionChanged(new QmpDisconnectedException("QEMU has burnt down", null));
        waiter.join();

        assertThat(thrown)
                .singleElement()
                .isInstanceOf(QmpDisconnectedException.class)
                .extracting(Throwable::getMessage)
                .isEqualTo("No further event can arrive: QEMU has burnt down (QMP client \"test\")");
        assertThat(listener.next(NONE)).hasToString("A");
    }

    @Test
    void a_new_connection_revives_it() {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        router.connectionChanged(new QmpDisconnectedException("over", null));
        router.connectionChanged(null);

        assertThatThrownBy(() -> listener.next(NONE)).isInstanceOf(QmpTimeoutException.class);
    }

    @Test
    void a_filter_that_throws_harms_only_its_own_listener() {
        QmpEventListener broken = registered(EventMatcher.anyEvent().where("it throws", event -> {
            throw new IllegalStateException("broken filter");
        }));
        QmpEventListener healthy = registered(EventMatcher.anyEvent());
        arrive("A");

        assertThat(healthy.next(NONE)).hasToString("A");
        assertThatThrownBy(() -> broken.next(SOON))
                .isInstanceOf(QmpListenerException.class)
                .hasMessageContaining("broken filter")
                .hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_matcher_that_throws_is_told_to_the_one_who_gave_it() {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        arrive("A");

        assertThatThrownBy(() -> listener.next(
                        event("A").where("it throws", e -> {
                            throw new IllegalStateException("broken matcher");
                        }),
                        SOON))
                .isInstanceOf(QmpListenerException.class)
                .hasMessageContaining("broken matcher");
        assertThat(listener.next(NONE)).hasToString("A");
    }

    @Test
    void an_unregistered_listener_says_so_instead_of_waiting() {
        assertThatThrownBy(() -> new QmpEventListener().next(Duration.ofDays(1)))
                .isInstanceOf(QmpListenerException.class)
                .hasMessageContaining("is not registered with a client; call register(listener) or listen(...) first");
    }

    @Test
    void cannot_be_registered_twice() {
        QmpEventListener listener = client.listen("A");

        assertThatThrownBy(() -> client.register(listener))
                .isInstanceOf(QmpListenerException.class)
                .hasMessage(
                        "Cannot register this listener (A) with client \"test\": it is registered with client \"test\" already");
    }

    @Test
    void removal_clears_it_and_it_may_come_back() {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        arrive("A");
        router.remove(listener);
        arrive("B");
        assertThat(listener.isEmpty()).isTrue();

        router.register(listener);
        arrive("C");

        assertThat(names(listener.history())).containsExactly("A", "C");
        assertThat(names(listener.pending())).containsExactly("C");
    }

    @Test
    void removal_of_a_stranger_and_of_the_built_in_one_are_refused() {
        assertThatThrownBy(() -> client.remove(new QmpEventListener()))
                .isInstanceOf(QmpListenerException.class)
                .hasMessageContaining("it is not registered with client \"test\"");
        assertThatThrownBy(() -> client.events().close())
                .isInstanceOf(QmpListenerException.class)
                .hasMessage("Cannot remove the built-in listener of client \"test\"");
    }

    @Test
    void a_scope_registers_all_or_none() {
        QmpEventListener one = QmpEventListener.of(event("A"));
        QmpEventListener taken = client.listen("B");

        assertThatThrownBy(() -> client.listen(one, taken)).isInstanceOf(QmpListenerException.class);
        try (QmpEventListener scope = client.listen(one)) { // one is free again
            assertThat(scope).isNotNull();
        }
        client.register(one); // and after the scope, too
    }

    @Test
    void iteration_ends_when_the_connection_does() {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        arrive("A", "B");
        router.connectionChanged(new QmpDisconnectedException("over", null));
        List<String> heard = new ArrayList<>();

        for (QmpEvent event : listener.arriving()) {
            heard.add(event.name());
        }

        assertThat(heard).containsExactly("A", "B");
    }

    @Test
    void iteration_ends_with_the_removal_even_if_the_listener_comes_back_at_once() {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        Iterator<QmpEvent> before = listener.arriving().iterator();

        router.remove(listener);
        router.register(listener);
        arrive("A");

        assertThat(before.hasNext()).isFalse();
        assertThat(listener.arriving().iterator().next().name()).isEqualTo("A");
    }

    /** Otherwise AssertJ's own {@code assertThat(listener)} takes it as one, and waits for events without a limit. */
    @Test
    void it_is_no_iterable_by_itself() {
        assertThat((Object) new QmpEventListener()).isNotInstanceOf(Iterable.class);
    }

    @Test
    void a_failing_assertion_can_describe_it_without_waiting_for_its_events() {
        QmpEventListener listener = registered(event("A"));
        arrive("A", "A", "A");
        listener.next(NONE);

        assertThatThrownBy(() -> assertThat((Object) listener).isNull())
                .hasMessageContaining("Listener for A (3 events heard, 2 of them not taken)");
        assertThat(listener.pending()).hasSize(2);
    }

    @Test
    void the_assertions_view_begins_with_what_has_been_and_takes_from_nobody() {
        router.start();
        arrive("A");
        QmpEventListener late = new QmpEventListener();
        router.registerWithHistory(late);
        arrive("B");

        assertThat(names(late.pending())).containsExactly("A", "B");
        late.next(NONE);
        assertThat(names(router.all().pending())).containsExactly("A", "B");
    }

    @Test
    void a_subclass_may_decide_what_it_accepts() {
        QmpEventListener listener = new QmpEventListener() {
            @Override
            protected boolean accepts(QmpEvent event) {
                return event.sequence() % 2 == 0;
            }
        };
        router.register(listener);
        arrive("A", "B", "C", "D");

        assertThat(names(listener.pending())).containsExactly("B", "D");
    }

    @Test
    void keeps_only_the_youngest_where_it_is_told_so_and_counts_the_others() {
        QmpEventListener listener = registered(EventMatcher.anyEvent()).keepAtMost(2);
        arrive("A", "B", "C");

        assertThat(names(listener.pending())).containsExactly("B", "C");
        assertThat(names(listener.history())).containsExactly("B", "C");
        assertThat(listener.dropped()).isEqualTo(1);
        assertThatThrownBy(() -> listener.next(event("A"), NONE))
                .hasMessageEndingWith("2 events and dropped 1 before (QMP client \"test\")");
    }

    @Test
    void a_job_listener_hears_one_job_under_both_of_its_names() {
        QmpJobListener listener = new QmpJobListener("job0");
        router.register(listener);
        arriveWith("JOB_STATUS_CHANGE", "id", "job0");
        arriveWith("JOB_STATUS_CHANGE", "id", "job1");
        arriveWith("BLOCK_JOB_COMPLETED", "device", "job0");
        arriveWith("BLOCK_JOB_READY", "device", "job1");
        arriveWith("BLOCK_JOB_PENDING", "id", "job0");
        arriveWith("DEVICE_DELETED", "device", "job0");
        arriveWith("STOP", "id", "");

        assertThat(names(listener.history()))
                .containsExactly("JOB_STATUS_CHANGE", "BLOCK_JOB_COMPLETED", "BLOCK_JOB_PENDING");
    }

    @Test
    void a_stream_ends_with_the_connection() {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        arrive("A", "B");
        router.connectionChanged(new QmpDisconnectedException("over", null));

        assertThat(listener.stream().map(QmpEvent::name)).containsExactly("A", "B");
    }

    @Test
    void jobs_are_observed_by_their_last_status() {
        router.dispatch(status("a", "created"), 0);
        router.dispatch(status("b", "running"), 0);
        router.dispatch(status("a", "concluded"), 0);

        assertThat(router.observed().jobs()).containsExactly(Map.entry("a", "concluded"), Map.entry("b", "running"));
        assertThat(router.observed().job("a")).hasValue("concluded");
        assertThat(router.observed().job("c")).isEmpty();

        router.connectionChanged(null);
        assertThat(router.observed().jobs()).isEmpty();
    }

    private static JsonNode status(String id, String status) {
        return Json.MAPPER.readTree("{\"event\": \"JOB_STATUS_CHANGE\", \"data\": {\"id\": \"%s\", \"status\": \"%s\"}}"
                .formatted(id, status));
    }

    private void arriveWith(String name, String key, String value) {
        router.dispatch(
                Json.MAPPER.readTree("{\"event\": \"%s\", \"data\": {\"%s\": \"%s\"}}".formatted(name, key, value)), 0);
    }

    @Test
    void a_wait_ends_when_the_listener_is_removed_even_if_it_comes_back_at_once() throws InterruptedException {
        QmpEventListener listener = registered(EventMatcher.anyEvent());
        List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
        Thread waiter = new Thread(() -> {
            try {
                listener.next(event("B"), Duration.ofDays(1));
            } catch (QmpException e) {
                thrown.add(e);
            }
        });
        waiter.start();
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        router.remove(listener);
        router.register(listener);
        waiter.join();

        assertThat(thrown)
                .singleElement()
                .isInstanceOf(QmpListenerException.class)
                .extracting(Throwable::getMessage)
                .isEqualTo(
                        "This listener (any event) was removed while its next event was awaited (QMP client \"test\")");
    }
}
