package io.github.qmpjunit.junit;

import io.github.qmpjunit.qemu.QemuMachineBuilder;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apiguardian.api.API;

/**
 * Defines a machine, or says which one is meant.
 *
 * <pre>{@code
 * @Vm(
 *         machine = "q35",
 *         args = {"-m", "64", "-smp", "2"},
 *         paused = true,
 *         scope = Scope.CLASS)
 * }</pre>
 *
 * <p>On a class, a method, a parameter or a field it defines the machine of its name. Definitions of one name lie over each other: the
 * nearest overrides the attributes that it names and inherits the others, in the order parameter, method, field, class, superclass and
 * interfaces, enclosing class, {@link QemuExtension#builder()}. What all of them leave open comes from the configuration ({@link
 * ConfigurationKeys}). On a parameter or field, with nothing but a name, it says which machine is to be injected. It may stand on an
 * annotation of your own.
 *
 * <table>
 * <caption>What a nearer definition does to an inherited one</caption>
 * <tr><th>it names</th><th>effect</th></tr>
 * <tr><td>an attribute</td><td>replaces the inherited value; in an array, the element <code>"${inherited}"</code> stands for the inherited
 * elements</td></tr>
 * <tr><td>an attribute, with its default value</td><td>is not distinguished from not naming it: it is inherited. To turn something off, begin
 * with {@code inherit = false}</td></tr>
 * <tr><td>a factory</td><td>replaces the inherited factory; it is applied after the other attributes of its annotation</td></tr>
 * <tr><td>anything, over a builder's {@code vm(...)} or a factory</td><td>is applied after that code; {@code args} replaces what the code has
 * added by {@code args(...)}, but none of its block nodes and devices</td></tr>
 * <tr><td>only {@code without} or {@code allowedStderr}</td><td>is the same machine, shared as before, with other checks</td></tr>
 * <tr><td>anything else, on a method or parameter</td><td>gives this test its own machine: scope and reset are not inherited</td></tr>
 * <tr><td>{@code inherit = false}</td><td>inherits nothing</td></tr>
 * </table>
 *
 * <p>{@code machine}, {@code binary} and {@code args} can have placeholders: <code>${tempDir}</code> is the test's own folder, which is removed
 * after the test ({@link io.github.qmpjunit.qemu.QemuMachine#tempDir}); of machines that tests share, it is the machine's. The name of a static
 * field of the test class, of type {@code Path}, {@code File} or {@code String}, stands for its value when the machine starts: <code>
 * "filename=${image}"</code>. <code>$${</code> stands for <code>${</code> itself. Unknown placeholders fail the test.
 *
 * <p>Without any definition there is one machine, of type {@code none}.
 */
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER, ElementType.FIELD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@Repeatable(Vms.class)
@API(status = API.Status.MAINTAINED, since = "0.1.0")
public @interface Vm {

    /**
     * The machine's name; needed where a test has several.
     *
     * @return the name
     */
    String value() default "";

    /**
     * Whether what is not named here comes from the next definition of this name. Default: {@code true}.
     *
     * @return whether it does
     */
    boolean inherit() default true;

    /**
     * QEMU's {@code -machine}, such as {@code q35}; {@code none}, a monitor without hardware, if empty.
     *
     * @return the machine's type, perhaps with properties
     */
    String machine() default "";

    /**
     * Further arguments for QEMU, one string each: {@code {"-m", "64"}}.
     *
     * @return the arguments
     */
    String[] args() default {};

    /**
     * The QEMU to start, a path or a command on the {@code PATH}; looked for as {@link io.github.qmpjunit.qemu.process.QemuBinary} says
     * if empty.
     *
     * @return the binary
     */
    String binary() default "";

    /**
     * Serial ports that the test reads and writes, by name ({@link QemuMachineBuilder#console}). An injected {@link
     * io.github.qmpjunit.qemu.guest.SerialConsole} brings one by itself, unless the machine is shared.
     *
     * @return their names
     */
    String[] console() default {};

    /**
     * Whether the machine gets a qtest connection. An injected {@link io.github.qmpjunit.qemu.qtest.Qtest} brings it by itself, unless
     * the machine is shared.
     *
     * @return whether it does
     */
    boolean qtest() default false;

    /**
     * Whether the machine gets the port of a guest agent. An injected {@link io.github.qmpjunit.qemu.guest.GuestAgent} brings it by
     * itself, unless the machine is shared.
     *
     * @return whether it does
     */
    boolean guestAgent() default false;

    /**
     * Whether the machine starts with its processors stopped ({@code -S}).
     *
     * @return whether it does
     */
    boolean paused() default false;

    /**
     * Whether commands and arguments that are deprecated are refused ({@link QemuMachineBuilder#rejectDeprecated}).
     *
     * @return whether they are
     */
    boolean rejectDeprecated() default false;

    /**
     * What completes the definition where an annotation cannot: paths, nodes, devices.
     *
     * @return the class, with a constructor without parameters
     */
    Class<? extends VmFactory> factory() default VmFactory.class;

    /**
     * How long the machine lives. More than {@link Scope#METHOD} can only be said where it is known to all who share it: on a class
     * or a field.
     *
     * @return the scope
     */
    Scope scope() default Scope.METHOD;

    /**
     * What is done to a shared machine before each test but the first.
     *
     * @return the way to begin anew
     */
    Reset reset() default Reset.NONE;

    /**
     * What is not looked at when a test has passed.
     *
     * @return the checks to leave out
     */
    Check[] without() default {};

    /**
     * What QEMU may write to its standard error without failing the test, as regular expressions that are found in a line.
     *
     * @return the expressions
     */
    String[] allowedStderr() default {};

    /**
     * Events that this QEMU sends although its schema does not have them: those of a board or a device of your own. Of an event that is neither
     * in the schema nor declared, an assertion says that it cannot come.
     *
     * @return the events' names as they stand in the message
     */
    String[] ownEvents() default {};
}
