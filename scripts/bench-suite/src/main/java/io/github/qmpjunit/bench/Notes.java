package io.github.qmpjunit.bench;

/** What profilers have told about rows: where their time goes, and why a target may be missed. */
final class Notes {

    static final String ROUND_TRIP =
            "ours beyond the floor: QEMU reads byte by byte, and the id's sign and second digit cost it 6 us each; against an echo instead of QEMU the client adds 10 to 15 us where its two threads share a core, up to 40 us where the reader wakes a core that sleeps. Of its own CPU, 40 % is Jackson writing the command";
    static final String WITHOUT_ID =
            "QEMU reads a monitor byte by byte, each with several system calls: an id of nine bytes costs it 50 us";
    static final String STOP_EVENT = "as above; the event is there before the reply, so its wait costs nothing";
    static final String BIG_REPLY = "Jackson parses while QEMU still writes";
    static final String START =
            "ours beyond the floor, step by step: `setpriv`, which has QEMU die with the JVM, 0.95 ms; the socket by junixsocket 0.5 ms, its private directory 0.25 ms; the way to the thread that starts processes 0.15 ms; the handshake through a reader of its own 0.4 ms";
    static final String STOP =
            "QEMU takes 2.8 ms to exit, in both; the floor does not read the reply. Ours: to write `quit` 0.15 ms, its reply by way of the reader 0.4 ms, the directory 0.2 ms, the rest 0.1 ms";
    static final String WHOLE_LIFE = "both of the above, with JUnit and the extension's checks around";
    static final String COLD = "Jackson is loaded while the natives are and QEMU starts, so the shares overlap";
    static final String PARALLEL =
            "both cores are busy all the time, so CPU counts: 24 ms for a QEMU, 1 ms for `setpriv`, 5 ms for the JVM, which the shell does not have";

    private Notes() {}
}
