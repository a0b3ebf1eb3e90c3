/** Java types for the commands, events and replies of QEMU, its storage daemon and its guest agent. */
module io.github.qmpjunit.qapi {
    requires transitive io.github.qmpjunit;

    exports io.github.qmpjunit.qapi;
    exports io.github.qmpjunit.qapi.guestagent;
    exports io.github.qmpjunit.qapi.runtime;
}
