package io.jangada.raft.testkit.planted;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The classes of a build with a fault: those whose sources it changes, compiled in memory. */
final class FaultyClasses {
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    /** Kept, since to look into all jars of the class path takes longer than to compile a class. */
    private static final ThreadLocal<StandardJavaFileManager> FILES =
            ThreadLocal.withInitial(() -> COMPILER.getStandardFileManager(null, null, null));

    private final Map<String, byte[]> classes;

    private FaultyClasses(Map<String, byte[]> classes) {
        this.classes = classes;
    }

    /**
     * Compiles the changed sources against the classes that are on the class path.
     *
     * @param fault what is changed
     * @param root the folder of the whole project
     * @param classPath where everything else is
     * @throws IllegalArgumentException if the change does not fit, or does not compile
     */
    static FaultyClasses compile(PlantedFault fault, Path root, String classPath)
            throws IOException {
        List<JavaFileObject> sources =
                fault.patchedSources(root).entrySet().stream()
                        .<JavaFileObject>map(each -> new Source(each.getKey(), each.getValue()))
                        .toList();
        StringWriter complaints = new StringWriter();
        Map<String, byte[]> classes = new TreeMap<>();
        JavaFileManager files = new InMemory(FILES.get(), classes);
        List<String> options =
                List.of("-cp", classPath, "-proc:none", "-nowarn", "-g", "-parameters");
        boolean compiles = COMPILER.getTask(complaints, files, null, options, null, sources).call();
        if (!compiles) {
            throw new IllegalArgumentException(fault.name() + " does not compile:\n" + complaints);
        }
        return new FaultyClasses(classes);
    }

    /** The classes by their names, as files hold them. */
    Map<String, byte[]> bytes() {
        return classes;
    }

    /** Writes them where a class path can find them before the good ones. */
    void writeTo(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> each : classes.entrySet()) {
            Path file = folder.resolve(each.getKey().replace('.', '/') + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, each.getValue());
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String path, String text) {
            super(URI.create("string:///" + path), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, byte[]> classes;

        InMemory(JavaFileManager standard, Map<String, byte[]> classes) {
            super(standard);
            this.classes = classes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + className), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            classes.put(className, toByteArray());
                        }
                    };
                }
            };
        }
    }
}
