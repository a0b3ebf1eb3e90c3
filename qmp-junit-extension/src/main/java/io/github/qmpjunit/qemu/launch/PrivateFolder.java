package io.github.qmpjunit.qemu.launch;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open directory that belongs to this user, and that no other user can enter.
 *
 * <p>All that is done here goes through the open handle (openat(2), unlinkat(2)) and follows no link, so whoever exchanges names in a
 * shared folder meanwhile moves nothing of it elsewhere. Where the system has no such handles (macOS), paths below the private
 * directory must do: only its owner can exchange those.
 */
@SuppressWarnings("StreamResourceLeak") // close() closes the handle
final class PrivateFolder implements AutoCloseable {

    private static final int MODE_OF_OTHERS = 077;
    private static final int ATTEMPTS = 3;
    /** What a new directory gets. */
    static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** To read and write, also where writing would do: to open a FIFO so does not wait for its other end. */
    private static final Set<OpenOption> WITHOUT_BLOCKING =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path path;
    private final DirectoryStream<Path> handle;

    private PrivateFolder(Path path, DirectoryStream<Path> handle) {
        this.path = path;
        this.handle = handle;
    }

    /** Return the numeric id of the user whose files this JVM makes. */
    static int uid() throws IOException {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (NoSuchFileException e) { // no Linux
            Path made = Files.createTempFile("qmp-junit-", null);
            try {
                return (Integer) Files.getAttribute(made, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            } finally {
                Files.delete(made);
            }
        }
    }

    /**
     * Open a directory, wherever it is.
     *
     * @return nothing if it is no directory, belongs to another user, or lets others in
     * @throws IOException if it does not exist or cannot be opened
     */
    static @Nullable PrivateFolder open(Path path, int uid) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) { // the exception tells what is missing
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return null;
        }
        // With the dot, only a directory can be opened: no FIFO that was put there since, which would block.
        DirectoryStream<Path> handle = Files.newDirectoryStream(path.resolve("."));
        boolean isPrivate = false;
        try {
            // What is open keeps its number, so the one that has this name and the same number is the one that is open.
            Map<String, Object> named =
                    Files.readAttributes(path, "unix:uid,mode,fileKey,isDirectory", LinkOption.NOFOLLOW_LINKS);
            isPrivate = Boolean.TRUE.equals(named.get("isDirectory"))
                    && Integer.valueOf(uid).equals(named.get("uid"))
                    && named.get("mode") instanceof Integer mode
                    && (mode & MODE_OF_OTHERS) == 0
                    && isSame(handle, requireNonNull(named.get("fileKey")));
            return isPrivate ? new PrivateFolder(path, handle) : null;
        } finally {
            if (!isPrivate) {
                handle.close();
            }
        }
    }

    private static boolean isSame(DirectoryStream<Path> handle, Object fileKey) throws IOException {
        return !(handle instanceof SecureDirectoryStream<Path> secure)
                || fileKey.equals(secure.getFileAttributeView(BasicFileAttributeView.class)
                        .readAttributes()
                        .fileKey());
    }

    Path path() {
        return path;
    }

    /** {@return the names in it, read once} */
    List<Path> names() throws IOException {
        return namesIn(handle);
    }

    /**
     * Open a directory in this one.
     *
     * @throws IOException if there is none of that name, a link included
     */
    PrivateFolder folder(Path name) throws IOException {
        return new PrivateFolder(path.resolve(name), openFolder(handle, path.resolve(name)));
    }

    /**
     * Make a directory in this one, for its owner only, and open it. Where it cannot be opened, it is not there afterwards.
     *
     * @throws NoSuchFileException if this directory itself is not there any more
     */
    PrivateFolder make(Path name) throws IOException {
        Path made = path.resolve(name);
        Files.createDirectory(made, PRIVATE);
        boolean opened = false;
        try {
            PrivateFolder folder = folder(name);
            opened = true;
            return folder;
        } finally {
            if (!opened) {
                Files.deleteIfExists(made); // which takes no descriptor
            }
        }
    }

    /** Return when what has this name was changed last. */
    FileTime lastModified(Path name) throws IOException {
        return attributes(handle, path.resolve(name)).lastModifiedTime();
    }

    /**
     * Open a file in it for a lock.
     *
     * @return nothing if it is something else, a FIFO perhaps or a link
     */
    @Nullable
    FileChannel openFile(Path name) throws IOException {
        Path file = path.resolve(name);
        if (!attributes(handle, file).isRegularFile()) {
            return null;
        }
        return handle instanceof SecureDirectoryStream<Path> secure
                ? (FileChannel) secure.newByteChannel(name, WITHOUT_BLOCKING)
                : FileChannel.open(file, WITHOUT_BLOCKING);
    }

    /** Delete what has this name, with all that is in it. What cannot be deleted stays. */
    void delete(Path name) throws IOException {
        delete(handle, path.resolve(name));
    }

    /**
     * Delete a directory in this one by its open handle, which is closed then. Unlike {@link #delete(Path)}, this takes no descriptors,
     * unless there are directories in it or something came meanwhile.
     */
    void delete(PrivateFolder opened) throws IOException {
        Path name = requireNonNull(opened.path.getFileName());
        try (opened) {
            for (Path entry : namesIn(opened.handle)) {
                delete(opened.handle, opened.path.resolve(entry));
            }
            remove(handle, opened.path, true);
            return;
        } catch (NoSuchFileException e) {
            return; // tidied away by somebody
        } catch (IOException e) {
            // The handle is closed by now, so this time there are descriptors for it.
        }
        delete(name);
    }

    /** Look again where something came or went meanwhile, a socket perhaps. */
    private static void delete(DirectoryStream<Path> parent, Path path) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                deleteOnce(parent, path);
                return;
            } catch (NoSuchFileException e) {
                return;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void deleteOnce(DirectoryStream<Path> parent, Path path) throws IOException {
        if (!attributes(parent, path).isDirectory()) {
            remove(parent, path, false);
            return;
        }
        try (DirectoryStream<Path> opened = openFolder(parent, path)) {
            for (Path name : namesIn(opened)) {
                delete(opened, path.resolve(name));
            }
        }
        remove(parent, path, true);
    }

    private static DirectoryStream<Path> openFolder(DirectoryStream<Path> parent, Path path) throws IOException {
        if (!attributes(parent, path).isDirectory()) {
            throw new FileSystemException(path.toString(), null, "it is no directory");
        }
        return parent instanceof SecureDirectoryStream<Path> secure
                ? secure.newDirectoryStream(path.getFileName(), LinkOption.NOFOLLOW_LINKS)
                : Files.newDirectoryStream(path);
    }

    private static BasicFileAttributes attributes(DirectoryStream<Path> parent, Path path) throws IOException {
        return parent instanceof SecureDirectoryStream<Path> secure
                ? secure.getFileAttributeView(
                                path.getFileName(), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .readAttributes()
                : Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static void remove(DirectoryStream<Path> parent, Path path, boolean isDirectory) throws IOException {
        if (!(parent instanceof SecureDirectoryStream<Path> secure)) {
            Files.delete(path);
        } else if (isDirectory) {
            secure.deleteDirectory(path.getFileName());
        } else {
            secure.deleteFile(path.getFileName());
        }
    }

    private static List<Path> namesIn(DirectoryStream<Path> handle) throws IOException {
        List<Path> names = new ArrayList<>();
        try {
            handle.forEach(entry -> names.add(entry.getFileName()));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    @Override
    public void close() throws IOException {
        handle.close();
    }
}
