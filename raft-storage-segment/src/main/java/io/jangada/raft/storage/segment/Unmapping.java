package io.jangada.raft.storage.segment;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a mapping at once. Java 17 has no public way; where this one is closed, the garbage
 * collector does it some time later, and so long a deleted file keeps its blocks.
 */
final class Unmapping {
    private static final Logger LOG = System.getLogger(Unmapping.class.getPackageName());
    private static final @Nullable MethodHandle CLEANER = cleaner();

    private Unmapping() {}

    /** Nobody may look into it any more. */
    static void unmap(ByteBuffer mapped) {
        MethodHandle cleaner = CLEANER;
        if (cleaner != null) {
            try {
                cleaner.invokeExact(mapped);
            } catch (Throwable e) {
                LOG.log(Level.WARNING, "a segment stays mapped for a while", e);
            }
        }
    }

    /** By reflection alone, since a compiler rightly complains about the class. */
    private static @Nullable MethodHandle cleaner() {
        try {
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field instance = type.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(
                            type,
                            "invokeCleaner",
                            MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(instance.get(null));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.log(Level.INFO, "segments cannot be unmapped at once here: {0}", e.toString());
            return null;
        }
    }
}
