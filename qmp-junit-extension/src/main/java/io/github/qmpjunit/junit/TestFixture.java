package io.github.qmpjunit.junit;

import io.github.qmpjunit.internal.Companions;
import io.github.qmpjunit.internal.Deadline;
import io.github.qmpjunit.internal.Journal;
import io.github.qmpjunit.internal.Notes;
import io.github.qmpjunit.junit.report.ReportedMachine;
import io.github.qmpjunit.junit.report.RunMachine;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qemu.QemuMachineBuilder;
import io.github.qmpjunit.qemu.StorageDaemon;
import io.github.qmpjunit.qemu.StorageDaemonBuilder;
import io.github.qmpjunit.qemu.process.MonitoredProcess;
import io.github.qmpjunit.qemu.process.OutputMark;
import io.github.qmpjunit.qemu.process.QemuException;
import io.github.qmpjunit.qemu.process.QemuExitException;
import io.github.qmpjunit.qemu.process.QemuNotFoundException;
import io.github.qmpjunit.qemu.wiring.MachineResources;
import io.github.qmpjunit.qmp.QmpClient;
import io.github.qmpjunit.qmp.QmpEventListener;
import java.lang.reflect.AnnotatedElement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * All that one test is given, in JUnit's store: put there before the first machine starts, so that whatever happens everything is
 * stopped.
 *
 * <p>Both interfaces, since JUnit knew only the older one before 5.13, and warns where only that one is implemented.
 */
@SuppressWarnings("deprecation") // CloseableResource: see above
final class TestFixture implements ExtensionContext.Store.CloseableResource, AutoCloseable {

    private static final Duration WORTH_A_NOTE = Duration.ofSeconds(1);

    private final ExtensionContext context;
    private final TestPlan plan;
    private final TestFolder folder = new TestFolder();
    private final Map<String, TestMachine> machines = new ConcurrentHashMap<>();
    private final Map<String, StorageDaemon> daemons = new ConcurrentHashMap<>();
    private final Map<AnnotatedElement, QmpEventListener> listeners = new HashMap<>();

    private final Map<String, ReportedMachine> failedStarts = new ConcurrentHashMap<>();
    private final Instant startedAt = Instant.now();
    private volatile @Nullable TimeOut timeOut;
    private @Nullable Throwable explained;
    private boolean reported;
    private volatile Optional<String> waited = Optional.empty();
    private @Nullable Throwable failedDynamicTest;

    /** What is to be done at the end, the last thing begun first. */
    private final Deque<Runnable> ends = new ArrayDeque<>();

    /** What ends the processes, by the place of their first mention in the plan: they started side by side, in any order. */
    private final NavigableMap<Integer, Runnable> stops = new TreeMap<>();

    private final List<SharedMachine> leased = new ArrayList<>();

    private final RunEntry entry;
    private ScreenWatch.@Nullable Watch screens;

    /** What the test waits for, for its report. */
    private final Journal journal = new Journal();

    private TestFixture(ExtensionContext context, ExtensionSettings settings) {
        this.context = context;
        this.plan = TestPlan.of(context, settings);
        this.entry = RunLog.of(context).begin(context);
    }

    /** Return what the test has been given so far; null if nothing. */
    static @Nullable TestFixture existing(ExtensionContext context) {
        return ExtensionStore.of(context).get(ExtensionStore.ownKey(TestFixture.class, context), TestFixture.class);
    }

    /** Return what the test around a context, that of a dynamic test, has been given; null if nothing. */
    static @Nullable TestFixture around(ExtensionContext context) {
        Optional<ExtensionContext> at = Optional.of(context);
        while (at.isPresent()) {
            TestFixture fixture = existing(at.get());
            if (fixture != null) {
                return fixture;
            }
            at = at.get().getParent();
        }
        return null;
    }

    /** Return what the test has, started by the first call. */
    static TestFixture of(ExtensionContext context) {
        TestFixture fixture = existing(context);
        if (fixture == null) {
            ClassLease.endAbove(context);
            TestFixture fresh = new TestFixture(context, ExtensionSettings.of(context));
            ExtensionStore.of(context).put(ExtensionStore.ownKey(TestFixture.class, context), fresh);
            Missing.orSkip(context, () -> startReporting(fresh));
            fixture = fresh;
        }
        return fixture;
    }

    private static void startReporting(TestFixture fixture) {
        try {
            fixture.start();
        } catch (QemuNotFoundException e) {
            throw fixture.pointAtTest(e); // without a report: there is nothing to report on
        } catch (RuntimeException e) {
            throw fixture.reported("the start of its machines", fixture.pointAtTest(e));
        }
    }

    /** Return whether something is injected there for this test. */
    boolean asksFor(Injection injection) {
        return plan.injections().contains(injection);
    }

    /** Return what a parameter or field of this test is to be given. */
    Object valueOf(Injection injection) {
        return switch (injection.what()) {
            case STORAGE_DAEMON -> Objects.requireNonNull(daemons.get(injection.machine()));
            case LISTENER -> Objects.requireNonNull(listeners.get(injection.place()));
            default -> injection.partOf(machine(injection));
        };
    }

    private QemuMachine machine(Injection injection) {
        String name = plan.definitions().meantBy(injection).name();
        return Objects.requireNonNull(machines.get(name)).machine();
    }

    /** Start all that the test asks for, or take it over from the test before. Called once. */
    void start() {
        ends.push(folder::remove);
        ends.push(Progress.watch(context, this));
        explainIfWanted();
        ends.push(journal.bind());
        if (Reporting.isWanted(Configuration.of(context))) {
            ScreenWatch.Watch watch = ScreenWatch.watch(context, this::machines);
            screens = watch;
            ends.push(watch::close);
        }
        long sinceNanos = System.nanoTime();
        List<Runnable> starts = new ArrayList<>();
        List<Lease> leases = new ArrayList<>();
        MachineResources resources = MachineResources.NONE;
        for (TestPlan.Wanted wanted : plan.machines().values()) {
            if (wanted.definition().isShared()) {
                leases.add(new Lease(SharedMachineLookup.find(wanted.definition(), context), wanted));
            } else {
                QemuMachineBuilder builder = MachineBuilders.builder(wanted.definition(), folder, context);
                resources = resources.plus(MachineResources.of(builder.arguments()));
                starts.add(() -> noting(builder.name(), wanted.definition(), () -> start(wanted, builder)));
            }
        }
        leases.sort(Comparator.comparingLong(lease -> lease.machine.order()));
        for (Lease lease : leases) {
            lease.machine.takeLease(context);
            leased.add(lease.machine);
            ends.push(() -> lease.machine.endLease(
                    Progress.nameOf(context),
                    leftovers -> LeftoversReport.publish(leftovers, lease.wanted.definition(), context)));
            starts.add(() -> notingTakeOver(lease));
        }
        plan.storageDaemons().forEach((name, by) -> starts.add(() -> noting(name, null, () -> start(name, by))));
        ends.push(SharedMachine.takeRoom(leases.stream().map(Lease::machine).toList(), resources, context));
        noteWait(Duration.ofNanos(System.nanoTime() - sinceNanos));
        entry.isAdmitted();
        try {
            SideBySide.run(starts);
        } finally {
            entry.isReady(); // or not: then this is how long that took
        }
        introduce();
    }

    private void introduce() {
        List<QmpClient> clients = new ArrayList<>();
        machines().forEach(test -> clients.add(test.machine().qmp()));
        daemons.values().forEach(daemon -> clients.add(daemon.qmp()));
        Companions.introduce(clients);
    }

    /** A wait for others is no part of the test's own time, so JUnit's report and the test's failure tell of it. */
    private void noteWait(Duration time) {
        if (time.compareTo(WORTH_A_NOTE) >= 0) {
            String sentence =
                    "Before it began, the test waited %s for others to give back machines, or room for its own"
                            .formatted(Deadline.format(time));
            waited = Optional.of(sentence);
            context.publishReportEntry("qmp-junit wait", sentence);
        }
    }

    /** Keep what is left of a start that fails, for the report. */
    private void noting(String name, @Nullable VmDefinition definition, Runnable start) {
        try {
            journaling("the start of \"%s\"".formatted(name), start);
        } catch (RuntimeException e) {
            pointAt(definition, e);
            if (e instanceof QemuException && !String.valueOf(e.getMessage()).contains("\"" + name + "\"")) {
                Notes.add(e, "This is about machine \"%s\"".formatted(name));
            }
            failedStarts.put(name, ReportedMachine.ofFailedStart(name, e));
            if (definition != null) {
                definition.explain(e);
            }
            throw e;
        }
    }

    private void explainIfWanted() {
        if (Configuration.of(context).flag(ConfigurationKeys.EXPLAIN)) {
            for (TestPlan.Wanted wanted : plan.machines().values()) {
                context.publishReportEntry(
                        "qmp-junit definition", wanted.definition().explanation());
            }
        }
    }

    /** Let a failure that happened in no line of the test point at the test's method. */
    <T extends Throwable> T pointAtTest(T failure) {
        StackTraces.point(
                failure, context.getRequiredTestClass(), context.getTestMethod().flatMap(CodePlace::of));
        return failure;
    }

    private void pointAt(@Nullable VmDefinition definition, Throwable failure) {
        if (definition != null) {
            StackTraces.point(
                    failure, context.getRequiredTestClass(), definition.place().get());
        }
    }

    private void journaling(String what, Runnable start) {
        long sinceNanos = System.nanoTime();
        Journal.Outcome outcome = Journal.Outcome.FAILED;
        try {
            withJournal(start);
            outcome = Journal.Outcome.DONE;
        } finally {
            journal.ended(Journal.Kind.START, what, sinceNanos, outcome);
        }
    }

    private void withJournal(Runnable part) {
        Runnable unbind = journal.bind();
        try {
            part.run();
        } finally {
            unbind.run();
        }
    }

    /** Let what the current thread waits for be taken down, for JUnit may run a test on another thread than its beginning. */
    Runnable bindJournal() {
        return journal.bind();
    }

    /** A shared machine that cannot begin anew runs all the same, and has something to tell. */
    private void notingTakeOver(Lease lease) {
        try {
            journaling(
                    "the handing over of %s".formatted(lease.wanted.definition().label()), () -> takeOver(lease));
        } catch (RuntimeException e) {
            VmDefinition definition = lease.wanted.definition();
            pointAt(definition, e);
            definition.explain(e);
            if (!machines.containsKey(definition.name())) {
                failedStarts.put(
                        definition.label(),
                        lease.machine
                                .running()
                                .map(ReportedMachine::of)
                                .orElseGet(() -> ReportedMachine.ofFailedStart(definition.label(), e)));
            }
            throw e;
        }
    }

    private record Lease(SharedMachine machine, TestPlan.Wanted wanted) {}

    private void start(TestPlan.Wanted wanted, QemuMachineBuilder builder) {
        if (wanted.wants(Injectable.CONSOLE) && builder.consoles().isEmpty()) {
            builder.console("serial0");
        }
        if (wanted.wants(Injectable.QTEST)) {
            builder.qtest();
        }
        if (wanted.wants(Injectable.GUEST_AGENT)) {
            builder.guestAgent();
        }
        for (Injection injection : wanted.listeners()) {
            builder.listener(newListener(injection));
        }
        long began = RunEntry.now();
        QemuMachine machine = builder.start();
        RunLog.of(context).started(machine);
        entry.masks(machine.qmp().secrets());
        synchronized (this) {
            machines.put(
                    wanted.definition().name(), new TestMachine(machine, wanted.definition(), OutputMark.BEGINNING));
            stops.put(
                    plan.placeOf(wanted.by()),
                    () -> stopping(machine, began, () -> close(machine, wanted.definition())));
        }
        EventNames.check(machine.qmp(), wanted.listeners());
    }

    private void takeOver(Lease lease) {
        QemuMachine machine = lease.machine.prepare(lease.wanted.definition(), context);
        VmDefinition definition = lease.wanted.definition();
        entry.masks(machine.qmp().secrets());
        entry.hasMachine(new RunMachine(machine.name(), true, RunEntry.now(), 0));
        synchronized (this) {
            machines.put(definition.name(), new TestMachine(machine, definition, lease.machine.stderrKnown()));
        }
        for (Injection injection : lease.wanted.listeners()) {
            QmpEventListener listener = newListener(injection);
            machine.qmp().register(listener);
            synchronized (this) {
                ends.push(listener::close);
            }
        }
        EventNames.check(machine.qmp(), lease.wanted.listeners());
    }

    private QmpEventListener newListener(Injection injection) {
        QmpEventListener listener = injection.newListener();
        synchronized (this) {
            listeners.put(injection.place(), listener);
        }
        return listener;
    }

    private void start(String name, List<Injection> by) {
        StorageDaemonBuilder builder = StorageDaemon.builder().tools(TestTools.of(context));
        if (!name.isEmpty()) {
            builder.name(name);
        }
        by.stream()
                .flatMap(injection -> injection.definition().stream())
                .distinct()
                .forEach(vm -> define(builder, vm));
        long began = RunEntry.now();
        StorageDaemon daemon = builder.start();
        RunLog.of(context).started(daemon);
        entry.masks(daemon.qmp().secrets());
        synchronized (this) {
            daemons.put(name, daemon);
            stops.put(plan.placeOf(by), () -> stopping(daemon, began, daemon::close));
        }
    }

    private void define(StorageDaemonBuilder builder, Vm vm) {
        if (!VmDefinition.saysOnly(vm, Set.of("value", "binary", "args", "inherit"))) {
            throw new ExtensionConfigurationException(
                    "The @Vm of a StorageDaemon takes a name, a binary and arguments only; it has no machine and is new for each test");
        }
        Placeholders placeholders = new Placeholders("The @Vm of a StorageDaemon", context, folder::path);
        if (!vm.binary().isEmpty()) {
            builder.binary(placeholders.apply(vm.binary()));
        }
        builder.args(Stream.of(vm.args()).map(placeholders).toArray(String[]::new));
    }

    /** Stop a process, and take down how long it lived. */
    private void stopping(MonitoredProcess process, long began, Runnable stop) {
        RunLog.of(context).ending(process);
        try {
            stop.run();
        } finally {
            entry.hasMachine(new RunMachine(process.name(), false, began, RunEntry.now()));
        }
    }

    private static void close(QemuMachine machine, VmDefinition definition) {
        try {
            machine.close();
        } catch (QemuExitException e) {
            if (definition.checks(Check.EXIT)) {
                throw e;
            }
        }
    }

    /** Take note that the test is about to be interrupted, since its time is over. */
    void timedOut(TimeOut where) {
        timeOut = where;
    }

    /**
     * Return a failure as it is to be thrown: it says where its report will lie, and what else a reader should know. The first failure is
     * the one that counts.
     */
    synchronized <T extends Throwable> T explained(T failure) {
        if (explained != null || reported || failure instanceof TestAbortedException) {
            return failure;
        }
        List<String> notes = new ArrayList<>();
        TimeOut struck = timeOut;
        if (struck != null) {
            pointAtWait(failure, struck);
            struck.waitedFor().ifPresent(what -> notes.add("When its time was over, the test waited for " + what));
        }
        notes.addAll(past());
        Throwable better = Reporting.explained(context, failure, notes, reportedMachines());
        explained = better;
        return ExplainedFailure.asThrownBefore(better);
    }

    /** JUnit throws a timeout on a stack without the test's frames. */
    private void pointAtWait(Throwable failure, TimeOut struck) {
        if (failure instanceof TimeoutException) {
            String test = context.getRequiredTestClass().getName();
            struck.stack().stream()
                    .filter(frame -> frame.getClassName().equals(test))
                    .findFirst()
                    .ifPresent(frame -> failure.setStackTrace(new StackTraceElement[] {frame}));
        }
    }

    /** Write the report on a failure, which is told where a timeout has struck; the first failure is the one that counts. */
    synchronized void report(String phase, Throwable failure) {
        if (reported || failure instanceof TestAbortedException) {
            return;
        }
        reported = !(failure instanceof Reporting.Note); // what passes may still fail
        TimeOut struck = timeOut;
        Reporting.report(
                context,
                struck == null ? phase : phase + ", by a timeout",
                failure,
                startedAt,
                struck == null ? List.of() : struck.stack(),
                steps(),
                reportedMachines());
    }

    /** Write the report on a failure, and return the failure as it is to be thrown. */
    <T extends Throwable> T reported(String phase, T failure) {
        T better = explained(failure);
        report(phase, better);
        return better;
    }

    private List<String> past() {
        List<String> sentences = new ArrayList<>();
        waited.ifPresent(sentences::add);
        leased.forEach(shared -> sentences.addAll(shared.legacy()));
        return sentences;
    }

    /** Write the report on a dynamic test that has failed: each has its own, and they all have the same machines. */
    synchronized <T extends Throwable> T reportedDynamicTest(ExtensionContext dynamicTest, T failure) {
        if (failure instanceof TestAbortedException) {
            return failure;
        }
        Throwable better = Reporting.explained(dynamicTest, failure, past(), reportedMachines());
        failedDynamicTest = better;
        Reporting.report(dynamicTest, "the dynamic test", better, startedAt, List.of(), steps(), reportedMachines());
        return ExplainedFailure.asThrownBefore(better);
    }

    synchronized Optional<Throwable> failedDynamicTest() {
        return Optional.ofNullable(failedDynamicTest);
    }

    private List<Journal.Step> steps() {
        List<Journal.Step> all = new ArrayList<>();
        leased.forEach(shared -> all.addAll(shared.earlier()));
        all.addAll(journal.steps());
        return all;
    }

    private List<ReportedMachine> reportedMachines() {
        List<ReportedMachine> all = new ArrayList<>();
        ScreenWatch.Watch watch = screens;
        machines()
                .forEach(test -> all.add(ReportedMachine.of(test.machine())
                        .withScreens(watch == null ? List.of() : watch.of(test.machine()))));
        daemons.values().forEach(daemon -> all.add(ReportedMachine.of(daemon)));
        all.addAll(failedStarts.values());
        return all;
    }

    /** Return the machines that the test has, in the order in which it asks for them. */
    Collection<TestMachine> machines() {
        if (machines.isEmpty()) {
            return List.of(); // the plan may not be one that can be followed
        }
        return plan.machines().keySet().stream()
                .map(machines::get)
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * Stop machines and storage daemons, one after the other, in the reverse of the order in which the test asks for them; give back
     * everything else, the last thing taken first; and throw what the first of them has to complain about.
     * Idempotent.
     */
    @Override
    public void close() {
        entry.isOver();
        InterruptFlag.aside(() -> {
            reportRest();
            end();
        });
        entry.hasEnded();
    }

    /** Take note that the test's own code is over. */
    void isOver() {
        entry.isOver();
    }

    /** Report on what no callback has told of: an instance that could not be made, or not be closed. */
    private void reportRest() {
        context.getExecutionException()
                .filter(failure -> !Reporting.isReported(failure))
                .ifPresent(failure -> report("what surrounds the test", failure));
    }

    private void end() {
        RuntimeException failure = null;
        Runnable end = next();
        while (end != null) {
            failure = runAfter(failure, end);
            end = next();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private synchronized @Nullable Runnable next() {
        Map.Entry<Integer, Runnable> stop = stops.pollLastEntry();
        return stop == null ? ends.poll() : stop.getValue();
    }

    private static @Nullable RuntimeException runAfter(@Nullable RuntimeException before, Runnable end) {
        try {
            end.run();
            return before;
        } catch (RuntimeException e) {
            if (before == null) {
                return e;
            }
            before.addSuppressed(e);
            return before;
        }
    }
}
