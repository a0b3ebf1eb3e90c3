package io.github.qmpjunit.junit;

import org.apiguardian.api.API;

/**
 * The names of what can be configured from outside of the tests.
 *
 * <p>A value is looked for in this order, and the first found counts: a configuration parameter of the JUnit launcher (of Surefire's
 * {@code configurationParameters}, say), the system property of that name, {@code junit-platform.properties} on the class path, then
 * the environment variable of that name in capitals with underscores ({@code QMPJUNIT_HOLD_LIMIT} for {@code
 * qmpjunit.hold.limit}). What an annotation or {@link QemuExtension#builder()} says of a machine wins over all of them. A value
 * that cannot be understood fails each test that needs it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class ConfigurationKeys {

    /**
     * The QEMU to start where a definition names none: a path, or a command on the {@code PATH}. Without it, {@code QEMU_PROG} of
     * the environment, then {@code qemu-system-} and the host's architecture.
     */
    public static final String QEMU = "qmpjunit.qemu";

    /**
     * The folder with the tools that belong to QEMU: {@code qemu-img}, {@code qemu-io}, {@code qemu-nbd} and {@code qemu-storage-daemon}. By
     * default they are looked up beside the QEMU in use, then on the {@code PATH}; see {@link io.github.qmpjunit.qemu.disk.QemuTools}.
     */
    public static final String TOOLS = "qmpjunit.tools";

    /** The {@code qemu-img}, if it is not the one of {@link #TOOLS}: a path, or a command on the {@code PATH}. */
    public static final String QEMU_IMG = "qmpjunit.qemu-img";

    /** The {@code qemu-io}, if it is not the one of {@link #TOOLS}: a path, or a command on the {@code PATH}. */
    public static final String QEMU_IO = "qmpjunit.qemu-io";

    /** The {@code qemu-nbd}, if it is not the one of {@link #TOOLS}: a path, or a command on the {@code PATH}. */
    public static final String QEMU_NBD = "qmpjunit.qemu-nbd";

    /** The {@code qemu-storage-daemon}, if it is not the one of {@link #TOOLS}: a path, or a command on the {@code PATH}. */
    public static final String QEMU_STORAGE_DAEMON = "qmpjunit.qemu-storage-daemon";

    /** The {@code -machine} where a definition names none; {@code none} by default. */
    public static final String MACHINE = "qmpjunit.machine";

    /**
     * The accelerators where a definition names none, in order of preference, separated by commas; left to QEMU by default. Each may
     * have properties: {@code kvm,tcg,thread=single} is KVM, or else TCG with a single thread.
     */
    public static final String ACCELERATORS = "qmpjunit.accelerators";

    /** Arguments that every QEMU gets before its own, separated by white space. */
    public static final String ARGS = "qmpjunit.args";

    /** What happens to a test where there is no QEMU: {@code fail}, the default, or {@code skip}. */
    public static final String MISSING = "qmpjunit.missing";

    /** {@code true} lets every QEMU refuse what is deprecated, as {@link Vm#rejectDeprecated()} does for one. */
    public static final String REJECT_DEPRECATED = "qmpjunit.reject-deprecated";

    /** The {@linkplain Check checks} to leave out for all machines, separated by commas: {@code stderr,leftovers}. */
    public static final String WITHOUT = "qmpjunit.without";

    /** A regular expression: lines of a QEMU's standard error in which it is found never fail a test. */
    public static final String ALLOWED_STDERR = "qmpjunit.allowed-stderr";

    /**
     * The list of lines on a QEMU's standard error that are known to be harmless: the path of a file that replaces the library's own list, or
     * {@code none}. Each line of the file has the QEMU versions on which a line was seen, a bar, and a regular expression.
     */
    public static final String KNOWN_WARNINGS = "qmpjunit.known-warnings";

    /** Events of your own that every QEMU may send although its schema does not have them, separated by blanks; see {@link Vm#ownEvents()}. */
    public static final String OWN_EVENTS = "qmpjunit.own-events";

    /**
     * {@code true} reports for each test how the definitions of its machines came about: which annotation named what. On standard error, and as
     * a report entry of JUnit. The failure of a start has it in any case if several annotations define the machine.
     */
    public static final String EXPLAIN = "qmpjunit.explain";

    /** When a test's report is kept: {@code on-failure}, the default, {@code always} or {@code never}. */
    public static final String REPORT = "qmpjunit.report";

    /** Where the reports go: a directory, in which each test gets one of its own. Default: {@code target/qmp-junit}, or {@code build/qmp-junit} in a Gradle project. */
    public static final String REPORT_DIRECTORY = "qmpjunit.report.directory";

    /**
     * When there is a page over the run, {@code index.html} in the {@linkplain #REPORT_DIRECTORY folder of the reports}: {@code
     * on-failure}, the default, {@code always} or {@code never}. JVMs that one build has forked write it together.
     */
    public static final String RUN_PAGE = "qmpjunit.run-page";

    /**
     * {@code true} collects which commands, arguments, events and enumeration values of QEMU's schema the tests have used, and which
     * never: {@code coverage.html} and {@code coverage.json} in the {@linkplain #REPORT_DIRECTORY folder of the reports}. {@code false}
     * by default. It needs the {@linkplain #REPORT recording} of machines.
     */
    public static final String COVERAGE = "qmpjunit.coverage";

    /**
     * {@code on-failure} leaves the machines of a failed test up and says how to attach to them, until QEMU ends or the {@linkplain
     * #HOLD_LIMIT limit} is over; {@code never} is the default.
     */
    public static final String HOLD = "qmpjunit.hold";

    /** How long a machine is held, in ISO 8601 ({@code PT30M}); an hour by default. */
    public static final String HOLD_LIMIT = "qmpjunit.hold.limit";

    /**
     * How many processors the machines of all tests that run at a time may have together; the host's number by default. A test that
     * would be too much waits for others to end, and is the next one then. One that needs more than there is runs alone. A machine that
     * tests share counts while one of them has it.
     */
    public static final String BUDGET_CORES = "qmpjunit.budget.cores";

    /**
     * How much memory the machines of all tests that run at a time may have together ({@code 4G}); three quarters of the host's by
     * default. A machine that tests share counts as long as it lives.
     */
    public static final String BUDGET_MEMORY = "qmpjunit.budget.memory";

    /**
     * How long a test waits before it begins while a single other one keeps what it needs, a shared machine or room on the host, in ISO
     * 8601; {@code PT30M} by default. Then the test fails. While others come and go, it waits on.
     */
    public static final String WAIT_LIMIT = "qmpjunit.wait.limit";

    /**
     * How long an assertion waits that does not say {@code within(...)}, in ISO 8601; {@code PT5S} by default. It holds for the whole JVM, and
     * also without the extension, as a system property or environment variable.
     */
    public static final String TIMEOUT = "qmpjunit.timeout";

    /**
     * For slow machines: every timeout of the library is multiplied by this number, those that tests name by {@code within(...)} or a {@code
     * Duration} included; {@code 1} by default. Messages show it: {@code within 5 s = 1 s x 5 (qmpjunit.timeout.factor)}. Limits of this
     * configuration, and the spans of {@code during(...)}, are not multiplied. It holds for the whole JVM, as {@link #TIMEOUT} does.
     */
    public static final String TIMEOUT_FACTOR = "qmpjunit.timeout.factor";

    /** The binaries that a {@link QemuMatrix} without binaries of its own goes through, separated by commas. */
    public static final String MATRIX_BINARIES = "qmpjunit.matrix.binaries";

    /**
     * Whether a test that takes long says on the standard error what it waits for: {@code on}, {@code off}, or {@code auto}, the
     * default: if the JVM has a terminal. One that Maven or Gradle has forked has none: say {@code on} there.
     */
    public static final String PROGRESS = "qmpjunit.progress";

    private ConfigurationKeys() {}
}
