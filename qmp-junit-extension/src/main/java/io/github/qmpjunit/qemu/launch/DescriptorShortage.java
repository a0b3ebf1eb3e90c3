package io.github.qmpjunit.qemu.launch;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;

/**
 * The system gives this JVM no more file descriptors. Asked for beforehand: some JDKs close a descriptor that is not theirs if they
 * run out of them while they start a process (seen with 17.0.15), and a class that cannot be initialised for want of one stays
 * so.
 */
final class DescriptorShortage {

    /** What the JDK takes while it starts a process, of which four stay: two redirections, three pipes, and what its helper opens. */
    static final int FOR_A_PROCESS = 12;

    private static final String ADVICE =
            "this JVM has too few file descriptors left. Raise \"ulimit -n\", or run fewer machines at once";

    private DescriptorShortage() {}

    /**
     * See to it that there are enough. Other threads may take them all the same.
     *
     * @throws IOException if there are not, with words for people
     */
    static void requireRoomFor(int descriptors) throws IOException {
        Closeable[] opened = new Closeable[descriptors];
        try {
            for (int i = 0; i < descriptors; i++) {
                opened[i] = new FileInputStream("/dev/null");
            }
        } catch (FileNotFoundException e) {
            throw new IOException(ADVICE, e);
        } finally {
            for (Closeable each : opened) {
                if (each != null) {
                    each.close();
                }
            }
        }
    }
}
