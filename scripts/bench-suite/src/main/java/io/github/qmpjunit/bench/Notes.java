package io.github.qmpjunit.bench;

/** What profilers have told about rows: where their time goes, and why a target may be missed. */
final class Notes {

    static final String ROUND_TRIP =
            "ours beyond the floor: the id's further digits, the reader's wake-up of the caller (10 us), Jackson and bookkeeping (10 us of CPU)";
    static final String WITHOUT_ID =
            "QEMU reads a monitor byte by byte, each with several system calls: an id of nine bytes costs it 30 us";
    static final String STOP_EVENT = "as above; the event is there before the reply, so its wait costs nothing";
    static final String BIG_REPLY = "Jackson parses while QEMU still writes";
    static final String START =
            "ours beyond the floor: the private directory and the socket in it 1 ms, `setpriv` 1 ms, which has QEMU die with the JVM";
    static final String STOP =
            "QEMU needs most of it to exit; ours is what follows its end: threads that wake on it, and the socket's close";
    static final String WHOLE_LIFE = "both of the above, with JUnit and the extension's checks around";
    static final String COLD = "Jackson is loaded while the natives are and QEMU starts, so the shares overlap";
    static final String PARALLEL = "the shell starts all at once; ours are started by one thread, one after the other";

    private Notes() {}
}
