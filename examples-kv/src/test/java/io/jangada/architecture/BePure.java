package io.jangada.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;

/**
 * A pure class is a function of its inputs: no clock, no random number, no thread, no file, no log
 * line, and no iteration order that changes from one run to the next.
 */
final class BePure extends ArchCondition<JavaClass> {
    /**
     * {@code java.lang.invoke} and {@code java.lang.runtime} are what lambdas and records compile
     * to.
     */
    private static final Set<String> PACKAGES =
            Set.of(
                    "java.lang",
                    "java.lang.annotation",
                    "java.lang.invoke",
                    "java.lang.runtime",
                    "java.util",
                    "java.util.function",
                    "org.jspecify.annotations");

    /** Values, whatever lies beside them in their packages. */
    private static final Set<String> CLASSES =
            Set.of(
                    "java.nio.ByteBuffer",
                    "java.nio.charset.Charset",
                    "java.nio.charset.StandardCharsets",
                    "java.time.Duration");

    private static final Set<String> IMPURE_CLASSES =
            Set.of(
                    "java.lang.ClassLoader",
                    "java.lang.InheritableThreadLocal",
                    "java.lang.Process",
                    "java.lang.ProcessBuilder",
                    "java.lang.ProcessHandle",
                    "java.lang.Runtime",
                    "java.lang.Thread",
                    "java.lang.ThreadGroup",
                    "java.lang.ThreadLocal",
                    "java.util.Calendar",
                    "java.util.Date",
                    "java.util.GregorianCalendar",
                    "java.util.Random",
                    "java.util.Scanner",
                    "java.util.ServiceLoader",
                    "java.util.SplittableRandom",
                    "java.util.Timer",
                    "java.util.TimerTask",
                    "java.util.UUID");

    private final Set<String> ours;

    BePure(String root) {
        super("be pure: values of the JDK, the API, and nothing else");
        this.ours = Set.of(root + ".raft.api", root + ".raft.spi", root + ".raft.impl.core");
    }

    @Override
    public void check(JavaClass item, ConditionEvents events) {
        for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
            if (!isPure(dependency.getTargetClass().getBaseComponentType())) {
                events.add(SimpleConditionEvent.violated(item, dependency.getDescription()));
            }
        }
        for (JavaAccess<?> access : item.getAccessesFromSelf()) {
            if (!isPure(access)) {
                events.add(SimpleConditionEvent.violated(item, access.getDescription()));
            }
        }
    }

    private boolean isPure(JavaClass used) {
        if (used.isPrimitive()) {
            return true;
        }
        if (ours.stream().anyMatch(p -> isInOrBelow(used.getPackageName(), p))) {
            return true;
        }
        String outermost = used.getFullName().replaceFirst("\\$.*", "");
        return CLASSES.contains(outermost)
                || (PACKAGES.contains(used.getPackageName())
                        && !IMPURE_CLASSES.contains(outermost)
                        && !used.getFullName().startsWith("java.lang.System$Logger"));
    }

    private static boolean isInOrBelow(String packageName, String parent) {
        return packageName.equals(parent) || packageName.startsWith(parent + ".");
    }

    private static boolean isPure(JavaAccess<?> access) {
        String name = access.getTarget().getName();
        return switch (access.getTargetOwner().getFullName()) {
            case "java.lang.System" -> name.equals("arraycopy");
            case "java.lang.Math", "java.lang.StrictMath" -> !name.equals("random");
            case "java.lang.Object" -> !Set.of("wait", "notify", "notifyAll").contains(name);
            // Two arguments: the source of randomness is given; it would be a forbidden class.
            case "java.util.Collections" -> !name.equals("shuffle");
            // These iterate in an order that is drawn anew at each start of the JVM.
            case "java.util.Set" -> !isSalted(access, name, 1);
            case "java.util.Map" -> !isSalted(access, name, 2);
            default -> true;
        };
    }

    private static boolean isSalted(JavaAccess<?> access, String name, int orderlessParameters) {
        if (name.equals("copyOf") || name.equals("ofEntries")) {
            return true;
        }
        return name.equals("of")
                && access instanceof JavaCodeUnitAccess<?> call
                && (call.getTarget().getRawParameterTypes().size() > orderlessParameters
                        || call.getTarget().getRawParameterTypes().stream()
                                .anyMatch(JavaClass::isArray));
    }
}
