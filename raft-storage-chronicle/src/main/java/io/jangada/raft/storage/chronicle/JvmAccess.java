package io.jangada.raft.storage.chronicle;

import io.jangada.raft.spi.StoreException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prepares the JVM for Chronicle, before the first of its classes is loaded: opens the packages of
 * the JDK that it needs, and keeps it quiet.
 */
final class JvmAccess {
    private static final Logger LOG = System.getLogger(JvmAccess.class.getPackageName());
    private static final String MAPPING = "java.lang.reflect";
    private static final String FILES = "sun.nio.ch";
    private static final String CLEANING = "jdk.internal.ref";

    static final String FLAGS =
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED"
                    + " --add-exports=java.base/sun.nio.ch=ALL-UNNAMED";

    private static final Map<String, String> QUIET =
            Map.of(
                    "chronicle.announcer.disable", "true",
                    "chronicle.analytics.disable", "true",
                    "chronicle.disk.monitor.disable", "true",
                    "disable.perf.info", "true");

    private static boolean prepared;

    private JvmAccess() {}

    /**
     * Does what is needed, once per JVM.
     *
     * @param openPackages whether packages may be opened from inside
     * @throws StoreException if they are closed and may not or cannot be opened
     */
    static synchronized void prepare(boolean openPackages) {
        if (prepared) {
            return;
        }
        // What the user has set stays.
        QUIET.forEach((name, value) -> System.getProperties().putIfAbsent(name, value));
        Module chronicle = chronicle();
        if (!isOpen(chronicle)) {
            if (!openPackages) {
                throw closed("opening them from inside is switched off", null);
            }
            open(chronicle);
            LOG.log(
                    Level.INFO,
                    "opened packages of the JDK for Chronicle; the flags {0} make this unnecessary",
                    FLAGS);
        }
        prepared = true;
    }

    private static boolean isOpen(Module chronicle) {
        Module base = Object.class.getModule();
        return base.isOpen(MAPPING, chronicle) && base.isExported(FILES, chronicle);
    }

    /**
     * The module, mostly unnamed, that Chronicle's classes are in; loads but does not start them.
     */
    private static Module chronicle() {
        try {
            ClassLoader loader = JvmAccess.class.getClassLoader();
            return Class.forName("net.openhft.chronicle.core.Jvm", false, loader).getModule();
        } catch (ClassNotFoundException e) {
            throw new StoreException("chronicle-core is not on the class path", e);
        }
    }

    /** There is no supported way, so this takes the one that Java 17 to 25 leave to libraries. */
    private static void open(Module chronicle) {
        try {
            MethodHandles.Lookup trusted = trustedLookup();
            MethodType type = MethodType.methodType(void.class, String.class, Module.class);
            Module base = Object.class.getModule();
            MethodHandle opens = trusted.findVirtual(Module.class, "implAddOpens", type);
            MethodHandle exports = trusted.findVirtual(Module.class, "implAddExports", type);
            opens.invoke(base, MAPPING, chronicle);
            exports.invoke(base, FILES, chronicle);
            exports.invoke(base, CLEANING, chronicle);
        } catch (Throwable e) {
            throw closed("this JVM does not let them be opened from inside", e);
        }
        if (!isOpen(chronicle)) {
            throw closed("this JVM does not let them be opened from inside", null);
        }
    }

    /** By reflection alone, since a compiler rightly complains about the class. */
    private static MethodHandles.Lookup trustedLookup() throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field instance = type.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        Object unsafe = instance.get(null);
        Field lookup = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
        Method base = type.getMethod("staticFieldBase", Field.class);
        Method offset = type.getMethod("staticFieldOffset", Field.class);
        Method get = type.getMethod("getObject", Object.class, long.class);
        Object found =
                get.invoke(unsafe, base.invoke(unsafe, lookup), offset.invoke(unsafe, lookup));
        return (MethodHandles.Lookup) found;
    }

    private static StoreException closed(String why, @Nullable Throwable e) {
        return new StoreException(
                "Chronicle needs packages of the JDK that are closed, and "
                        + why
                        + ": start Java with "
                        + FLAGS,
                e);
    }
}
