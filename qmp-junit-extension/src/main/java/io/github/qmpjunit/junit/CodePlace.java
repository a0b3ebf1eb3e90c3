package io.github.qmpjunit.junit;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Finds the source line of an annotated class, method, field or parameter, as a frame of a stack trace: a failure that no line of a test
 * has caused can point there, and IDEs make it a link.
 *
 * <p>Reflection does not know lines, but the class file does: it has the first line of each method. A class's is that of its
 * constructor.
 */
final class CodePlace {

    private static final int MAGIC = 0xCAFEBABE;
    private static final String CONSTRUCTOR = "<init>";

    private CodePlace() {}

    /** Return the frame of the code that calls the extension's builder; empty if only frames of the library are there. */
    static Optional<StackTraceElement> ofCaller() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(
                                frame -> !frame.getClassName().startsWith(CodePlace.class.getPackageName() + ".Qemu")
                                        && !frame.getClassName().equals(CodePlace.class.getName()))
                        .findFirst())
                .map(StackWalker.StackFrame::toStackTraceElement);
    }

    /** Return the frame of an annotated element. Its line is missing if the class file does not tell it. */
    static Optional<StackTraceElement> of(AnnotatedElement place) {
        if (place instanceof Parameter parameter) {
            return of(parameter.getDeclaringExecutable());
        }
        if (place instanceof Class<?> type) {
            return Optional.of(frame(type, CONSTRUCTOR));
        }
        if (place instanceof Field field) {
            return Optional.of(frame(field.getDeclaringClass(), CONSTRUCTOR));
        }
        if (place instanceof Constructor<?> constructor) {
            return Optional.of(frame(constructor.getDeclaringClass(), CONSTRUCTOR));
        }
        return place instanceof Method method
                ? Optional.of(frame(method.getDeclaringClass(), method.getName()))
                : Optional.empty();
    }

    private static StackTraceElement frame(Class<?> type, String method) {
        int line = firstLines(type).getOrDefault(method, -1);
        return new StackTraceElement(type.getName(), method, fileOf(type), line);
    }

    /** Kotlin's and Groovy's files have other endings, but an IDE finds the class by its name. */
    private static String fileOf(Class<?> type) {
        Class<?> top = type;
        while (top.getEnclosingClass() != null) {
            top = top.getEnclosingClass();
        }
        return top.getSimpleName() + ".java";
    }

    /** Return the first line of each method; of overloaded ones, that of the first. Empty if the file cannot be read. */
    private static Map<String, Integer> firstLines(Class<?> type) {
        String file = type.getName().substring(type.getPackageName().length()).replaceFirst("^\\.", "") + ".class";
        try (InputStream stream = type.getResourceAsStream(file)) {
            return stream == null ? Map.of() : new ClassFile(new DataInputStream(stream)).firstLines();
        } catch (IOException | RuntimeException e) {
            return Map.of(); // a file of a later version, perhaps
        }
    }

    /** Reads as much of a class file (JVMS, chapter 4) as it takes. */
    private record ClassFile(DataInputStream in) {

        Map<String, Integer> firstLines() throws IOException {
            if (in.readInt() != MAGIC) {
                return Map.of();
            }
            in.skipNBytes(4);
            Map<Integer, String> texts = constants();
            in.skipNBytes(6);
            in.skipNBytes(2L * in.readUnsignedShort());
            members(texts); // the fields
            return members(texts);
        }

        private Map<Integer, String> constants() throws IOException {
            Map<Integer, String> texts = new TreeMap<>();
            int count = in.readUnsignedShort();
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case 1 -> texts.put(i, in.readUTF());
                    case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
                    case 15 -> in.skipNBytes(3);
                    case 5, 6 -> {
                        in.skipNBytes(8);
                        i++; // takes two places
                    }
                    default -> in.skipNBytes(4);
                }
            }
            return texts;
        }

        private Map<String, Integer> members(Map<Integer, String> texts) throws IOException {
            Map<String, Integer> lines = new TreeMap<>();
            int count = in.readUnsignedShort();
            for (int i = 0; i < count; i++) {
                in.skipNBytes(2);
                String name = texts.getOrDefault(in.readUnsignedShort(), "");
                in.skipNBytes(2);
                int line = firstLineInAttributes(texts);
                if (line > 0) {
                    lines.putIfAbsent(name, line);
                }
            }
            return lines;
        }

        private int firstLineInAttributes(Map<Integer, String> texts) throws IOException {
            int first = -1;
            int count = in.readUnsignedShort();
            for (int i = 0; i < count; i++) {
                String name = texts.getOrDefault(in.readUnsignedShort(), "");
                long length = Integer.toUnsignedLong(in.readInt());
                switch (name) {
                    case "Code" -> {
                        in.skipNBytes(4);
                        in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
                        in.skipNBytes(8L * in.readUnsignedShort());
                        first = firstLineInAttributes(texts);
                    }
                    case "LineNumberTable" -> {
                        int lines = in.readUnsignedShort();
                        for (int j = 0; j < lines; j++) {
                            in.skipNBytes(2);
                            int line = in.readUnsignedShort();
                            first = first < 0 ? line : Math.min(first, line);
                        }
                    }
                    default -> in.skipNBytes(length);
                }
            }
            return first;
        }
    }
}
