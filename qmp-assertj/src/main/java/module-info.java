/** AssertJ assertions that wait for what a QEMU does, and explain what it did instead. */
@SuppressWarnings("requires-automatic") // Awaitility, whose module is named after its file: there is no other name yet.
module io.github.qmpjunit.assertj {
    requires transitive io.github.qmpjunit;
    requires transitive org.assertj.core;
    requires awaitility;

    exports io.github.qmpjunit.assertj;
}
