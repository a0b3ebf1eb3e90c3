package io.github.qmpjunit.qemu.launch;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Holds a lock on a file until it is killed. */
final class LockHolder {

    private LockHolder() {}

    public static void main(String[] args) throws Exception {
        FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE).lock();
        System.out.println("locked");
        System.in.read();
    }
}
