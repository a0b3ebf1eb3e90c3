package io.github.qmpjunit.qemu.launch;

import static java.util.Objects.requireNonNull;

import io.github.qmpjunit.qemu.process.QemuStartException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The private directories of this JVM's machines: {@code <tmp>/qmp-junit-<user>/<pid>-<random>/<number>}, short, since a socket's
 * path can have only about a hundred bytes.
 *
 * <p>The first of them, the home, is shared by all JVMs of this user and entered by no other user, so that nobody else can put
 * anything below it. Another user can take its name first. Then the home has a random ending.
 *
 * <p>The JVM's directory is made with its first machine and goes with the JVM. While it is there, the JVM holds a lock on a file
 * in it. A JVM that was killed holds none, so the next one sees that its directory is left over and removes it. Locks and not
 * process ids, since containers may share a temp folder but not their ids.
 *
 * <p>What is to be removed is held open from its making on: a removal that has to open it first fails where descriptors are short, which is
 * when machines fail and have to be removed.
 */
@API(status = API.Status.INTERNAL, since = "0.1.0")
public final class RunDirectory {

    private static final String PREFIX = "qmp-junit-";
    private static final Path LOCK = Path.of("lock");
    private static final int RANDOM_LENGTH = 6;
    private static final int LETTERS_AND_DIGITS = 36;
    /** The most bytes of a folder that leaves room for {@code /qmp-junit-<user>/<pid>-<random>/<number>/<socket>}. */
    private static final int LONGEST_PARENT = 50;

    private static final RunDirectory INSTANCE =
            new RunDirectory(parentFor(Path.of(System.getProperty("java.io.tmpdir"))));

    private final Path parent;
    private @Nullable PrivateFolder home;
    private volatile @Nullable PrivateFolder directory;
    private @Nullable FileChannel lock;
    private final Map<Path, PrivateFolder> machines = new ConcurrentHashMap<>();
    private final Set<Path> toRemove = ConcurrentHashMap.newKeySet();
    private int uid = -1;
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
            PrivateFolder current = directory;
            if (current == null || !current.path().toFile().isDirectory()) { // somebody may have tidied the temp folder
                letGo();
                current = claim();
                directory = current;
            }
            PrivateFolder made = current.make(Path.of(Integer.toString(++lastNumber)));
            machines.put(made.path(), made);
            return made.path();
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
    private PrivateFolder claim() throws IOException {
        while (true) {
            PrivateFolder opened = openHome();
            boolean ours = false;
            PrivateFolder made = null;
            try {
                made = opened.make(Path.of(ownNames() + random()));
                Path file = made.path().resolve(LOCK);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                lock = channel;
                // Not lock(), which fails in an interrupted thread. Where it is held, it is by the one who is sweeping
                // it.
                ours = channel.tryLock() != null && Files.exists(file);
                if (ours) {
                    home = opened;
                    return made;
                }
            } catch (FileAlreadyExistsException | NoSuchFileException e) {
                // The last JVM in the home has removed it meanwhile.
            } finally {
                if (!ours) {
                    unlock();
                    abandon(opened, made);
                }
            }
        }
    }

    private static void abandon(PrivateFolder home, @Nullable PrivateFolder made) throws IOException {
        try (home) {
            if (made != null) {
                home.delete(made);
            }
        }
        removeIfEmpty(home);
    }

    /** Open the folder of this user's JVMs; make it where it is missing. */
    private PrivateFolder openHome() throws IOException {
        PrivateFolder usual = makeOrOpen(parent.resolve(PREFIX + uid()));
        if (usual != null) {
            return usual;
        }
        for (Path other : homes()) {
            PrivateFolder opened = makeOrOpen(other);
            if (opened != null) {
                return opened;
            }
        }
        while (true) { // the usual name is taken
            PrivateFolder opened = makeOrOpen(parent.resolve(PREFIX + uid() + "-" + random()));
            if (opened != null) {
                return opened;
            }
        }
    }

    /** Return nothing where the name is taken by what is not ours, or not private. */
    private @Nullable PrivateFolder makeOrOpen(Path path) throws IOException {
        while (true) {
            boolean made = isMade(path);
            try {
                return PrivateFolder.open(path, uid());
            } catch (NoSuchFileException e) {
                // Another JVM, whose last it was, has removed it meanwhile: try again.
            } catch (IOException e) {
                if (made) { // nobody else has put that there
                    Files.deleteIfExists(path);
                    throw e;
                }
                return null;
            }
        }
    }

    private static boolean isMade(Path path) throws IOException {
        try {
            Files.createDirectory(path, PrivateFolder.PRIVATE);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Return what may be this user's homes, by their names. */
    private List<Path> homes() throws IOException {
        List<Path> homes = new ArrayList<>();
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(parent, PREFIX + uid() + "*")) {
            candidates.forEach(homes::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return homes;
    }

    private int uid() throws IOException {
        if (uid < 0) {
            uid = PrivateFolder.uid();
        }
        return uid;
    }

    /** Not hard to guess, and need not be: a name that is taken is not used. */
    private static String random() {
        long bound = (long) Math.pow(LETTERS_AND_DIGITS, RANDOM_LENGTH);
        return Long.toString(ThreadLocalRandom.current().nextLong(bound), LETTERS_AND_DIGITS);
    }

    private static String ownNames() {
        return ProcessHandle.current().pid() + "-";
    }

    /** Remove what {@link #create} made. What stays, for want of memory perhaps, goes with the next one. */
    public void remove(Path machineDirectory) {
        toRemove.add(machineDirectory);
        toRemove.removeIf(this::isRemoved);
    }

    /**
     * Make the directory of a machine again, empty, under its name: for the machine's next life.
     *
     * @throws QemuStartException if that is not possible
     */
    synchronized void renew(Path machineDirectory) {
        try {
            if (over) {
                throw new IOException("the JVM is shutting down");
            }
            toRemove.remove(machineDirectory);
            if (!isRemoved(machineDirectory)) {
                throw new IOException("what an earlier process left there cannot be removed");
            }
            PrivateFolder current = directory;
            if (current == null || !machineDirectory.startsWith(current.path())) {
                throw new IOException("somebody has removed the folder around it meanwhile");
            }
            PrivateFolder made = current.make(requireNonNull(machineDirectory.getFileName()));
            machines.put(made.path(), made);
        } catch (IOException e) {
            throw new QemuStartException(
                    "Could not make the directory %s again: %s".formatted(machineDirectory, reason(e)), e);
        }
    }

    private boolean isRemoved(Path machineDirectory) {
        PrivateFolder current = directory;
        PrivateFolder opened = machines.remove(machineDirectory);
        try {
            if (current == null || !machineDirectory.startsWith(current.path())) { // all of it was tidied away
                if (opened != null) {
                    opened.close();
                }
            } else if (opened != null) {
                current.delete(opened);
            } else {
                current.delete(requireNonNull(machineDirectory.getFileName()));
            }
            return true;
        } catch (IOException | ClosedDirectoryStreamException e) {
            return false;
        }
    }

    /** Remove the directory of this JVM, and make no further one. */
    synchronized void end() {
        over = true;
        List.copyOf(machines.keySet()).forEach(this::remove);
        PrivateFolder current = directory;
        PrivateFolder opened = home;
        try {
            if (current != null && opened != null) {
                opened.delete(current);
                removeIfEmpty(opened);
            }
        } catch (IOException e) {
            // What stays is swept by the next run.
        } finally {
            letGo();
        }
    }

    private static void removeIfEmpty(PrivateFolder home) {
        try {
            Files.delete(home.path());
        } catch (IOException e) {
            // Other JVMs use it.
        }
    }

    /** Close what is open of a directory that is gone. */
    private void letGo() {
        PrivateFolder current = directory;
        PrivateFolder opened = home;
        directory = null;
        home = null;
        try (current;
                opened) {
            unlock();
        } catch (IOException e) {
            // They go with the process at the latest.
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

    /** Remove the directories of this user's JVMs that are dead. */
    private void sweep() {
        try {
            for (Path candidate : homes()) {
                sweep(candidate);
            }
        } catch (IOException e) {
            // Left-overs are no reason to fail; the next run tries again.
        }
    }

    private void sweep(Path candidate) {
        try (PrivateFolder home = PrivateFolder.open(candidate, uid())) {
            if (home == null) {
                return; // another user's
            }
            for (Path name : home.names()) {
                // Our own process's lock must not even be opened here: closing any channel to it would give it up
                // (fcntl(2)).
                if (!name.toString().startsWith(ownNames())) {
                    removeIfLeftOver(home, name);
                }
            }
            Files.delete(candidate);
        } catch (IOException e) {
            // Not empty, or to be tried again.
        }
    }

    private static void removeIfLeftOver(PrivateFolder home, Path name) {
        try (PrivateFolder left = home.folder(name);
                FileChannel channel = left.openFile(LOCK);
                FileLock held = channel == null ? null : channel.tryLock()) {
            if (held != null) {
                Strays.killByBeginning(LaunchedProcess.monitorsBelow(home.path().resolve(name)));
                home.delete(name);
            }
        } catch (NoSuchFileException e) {
            removeIfOld(home, name); // killed between the making of the directory and of the lock
        } catch (IOException e) {
            // Not ours to judge.
        }
    }

    private static void removeIfOld(PrivateFolder home, Path name) {
        try {
            if (home.lastModified(name).toInstant().isBefore(Instant.now().minus(Duration.ofMinutes(1)))) {
                home.delete(name);
            }
        } catch (IOException e) {
            // The next run tries again.
        }
    }
}
