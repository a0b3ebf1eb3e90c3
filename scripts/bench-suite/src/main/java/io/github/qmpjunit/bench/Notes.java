package io.github.qmpjunit.bench;

/** What a profiler has told about rows: where their time goes, and why a target is missed. */
final class Notes {

    static final String ROUND_TRIP = "";
    static final String WITHOUT_ID =
            "QEMU 7.2 reads a monitor byte by byte, each with several system calls: an id of nine bytes costs it 30 us";
    static final String STOP_EVENT = "";
    static final String BIG_REPLY = "";
    static final String START = "";
    static final String STOP = "";
    static final String WHOLE_LIFE = "";
    static final String COLD = "";
    static final String PARALLEL = "";

    private Notes() {}
}
