package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.qemu.process.QemuStartException;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The private directories of this JVM's machines: {@code <tmp>/qmp-junit-<pid>-<random>/<number>}, short, since a socket's path
 * may have only about a hundred bytes.
 *
 * <p>The JVM's directory is made with its first machine and goes with the JVM. While it is there, the JVM holds a lock on a file
 * in it. A JVM that was killed holds none, so the next one sees that its directory is left over and removes it. Locks and not
 * process ids, since containers may share a temp folder but not their ids.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class RunDirectory {

    private static final String PREFIX = "qmp-junit-";
    private static final String LOCK = "lock";
    private static final int ATTEMPTS = 3;
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** The most bytes of a folder that leaves room for {@code /qmp-junit-<pid>-<random>/<number>/<socket>}. */
    private static final int LONGEST_PARENT = 50;

    private static final RunDirectory INSTANCE =
            new RunDirectory(parentFor(Path.of(System.getProperty("java.io.tmpdir"))));

    private final Path parent;
    private @Nullable Path directory;
    private @Nullable FileChannel lock;
    private int lastNumber;
    private boolean swept;
    private boolean over;

    RunDirectory(Path parent) {
        this.parent = parent;
    }

    /** Return the temp folder or, where build tools have set a deep one, the system's. Absolute, as QEMU may run elsewhere. */
    static Path parentFor(Path tempFolder) {
        Path parent = tempFolder.toAbsolutePath();
        return parent.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PARENT ? Path.of("/tmp") : parent;
    }

    public static RunDirectory ofThisJvm() {
        return INSTANCE;
    }

    /**
     * Make a directory for one machine, readable by its owner only.
     *
     * @throws QemuStartException if that is not possible
     */
    public synchronized Path create() {
        try {
            if (over) {
                throw new IOException("the JVM is shutting down");
            }
            if (!swept) {
                swept = true;
                sweep();
            }
            Path current = directory;
            if (current == null || !current.toFile().isDirectory()) { // somebody may have tidied the temp folder
                unlock();
                current = claim();
                directory = current;
            }
            return Files.createDirectory(current.resolve(Integer.toString(++lastNumber)), PRIVATE);
        } catch (IOException e) {
            throw new QemuStartException(
                    "Could not make a directory for a machine's sockets in the temp folder %s: %s. Repair that, or name another folder with -Djava.io.tmpdir=/path/to/folder"
                            .formatted(parent, reason(e)),
                    e);
        }
    }

    private String reason(IOException failure) {
        if (!Files.isDirectory(parent)) {
            return "there is no such folder";
        }
        return Files.isWritable(parent) ? String.valueOf(failure.getMessage()) : "it is not writable";
    }

    /** Make and lock this JVM's directory; once more where another JVM took it for a left-over before it was locked. */
    private Path claim() throws IOException {
        while (true) {
            Path made = Files.createTempDirectory(
                    parent, PREFIX + ProcessHandle.current().pid() + "-");
            boolean ours = false;
            try {
                Path file = made.resolve(LOCK);
                FileChannel opened = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                lock = opened;
                // Not lock(), which fails in an interrupted thread. Where it is held, it is by the one who is sweeping
                // it.
                ours = opened.tryLock() != null && Files.exists(file);
                if (ours) {
                    return made;
                }
            } finally {
                if (!ours) {
                    unlock();
                    deleteTree(made);
                }
            }
        }
    }

    /** Remove what {@link #create} made. */
    public void remove(Path machineDirectory) {
        deleteTree(machineDirectory);
    }

    /** Remove the directory of this JVM, and make no further one. */
    synchronized void end() {
        over = true;
        try {
            if (directory != null) {
                deleteTree(directory);
            }
        } finally {
            unlock();
        }
    }

    private void unlock() {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            // The lock goes with the process at the latest.
        } finally {
            lock = null;
        }
    }

    /** Remove the directories of JVMs that are dead. */
    private void sweep() {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path candidate : directories) {
                // Our own process's lock must not even be opened here: closing any channel to it would give it up
                // (fcntl(2)).
                boolean ours = candidate
                        .getFileName()
                        .toString()
                        .startsWith(PREFIX + ProcessHandle.current().pid() + "-");
                if (!ours) {
                    removeIfLeftOver(candidate);
                }
            }
        } catch (IOException e) {
            // Someone else's left-overs are no reason to fail; the next run tries again.
        }
    }

    private static void removeIfLeftOver(Path candidate) {
        try (FileChannel channel = FileChannel.open(candidate.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held != null) {
                deleteTree(candidate);
            }
        } catch (NoSuchFileException e) {
            if (isOld(candidate)) { // killed between the making of the directory and of the lock
                deleteTree(candidate);
            }
        } catch (IOException e) {
            // Not ours to judge: another user's.
        }
    }

    private static boolean isOld(Path candidate) {
        try {
            Instant changed = Files.getLastModifiedTime(candidate).toInstant();
            return changed.isBefore(Instant.now().minus(Duration.ofMinutes(1)));
        } catch (IOException e) {
            return false;
        }
    }

    /** What stays is swept by the next run. */
    private static void deleteTree(Path root) {
        for (int attempt = 0; attempt < ATTEMPTS && Files.exists(root); attempt++) {
            deleteOnce(root.toFile()); // where something came or went meanwhile, a socket perhaps: look again
        }
    }

    /** With File and not with Files.walk, which takes twice as long. A link is not followed. */
    private static void deleteOnce(File root) {
        if (root.delete() || Files.isSymbolicLink(root.toPath())) {
            return;
        }
        String[] content = root.list();
        if (content != null) {
            for (String name : content) {
                deleteOnce(new File(root, name));
            }
            root.delete();
        }
    }
}
