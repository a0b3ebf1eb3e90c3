package io.github.qmpjunit.qemu;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** Makes a class path of jars only, as users have it. From a folder, each class that is loaded later takes a descriptor. */
public final class Jars {

    private Jars() {}

    /**
     * Return this JVM's class path with a jar for each of its folders.
     *
     * @param into where to put the jars
     */
    public static String classPath(Path into) throws IOException {
        List<String> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path folder = Path.of(entry);
            if (Files.isDirectory(folder)) {
                path.add(pack(folder, into.resolve("classes-" + path.size() + ".jar"))
                        .toString());
            } else if (Files.exists(folder)) {
                path.add(entry);
            }
        }
        return String.join(File.pathSeparator, path);
    }

    private static Path pack(Path folder, Path jar) throws IOException {
        try (JarOutputStream output = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> tree = Files.walk(folder)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                output.putNextEntry(
                        new JarEntry(folder.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, output);
            }
        }
        return jar;
    }
}
