package io.jangada.raft.testkit.planted;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * A process that runs some tests, with whatever classes its class path begins with. Arguments: full
 * names of classes, or {@code class#method}. It prints lines of words separated by tabs: {@code at
 * TEST} for each that begins, and at the end {@code failed TEST MESSAGE} or {@code passed COUNT}.
 */
final class NamedTestsRun {
    private NamedTestsRun() {}

    public static void main(String[] names) throws ClassNotFoundException {
        PrintStream out = System.out;
        System.setOut(System.err);
        List<DiscoverySelector> selectors = new ArrayList<>();
        for (String name : names) {
            selectors.addAll(select(name));
        }
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectors)
                        .filters(TagFilter.excludeTags("soak"))
                        .configurationParameter("jqwik.database", "")
                        .configurationParameter(
                                "junit.jupiter.execution.timeout.testable.method.default", "3 m")
                        .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener, new Beginnings(out));
        TestExecutionSummary summary = listener.getSummary();
        StringWriter failures = new StringWriter();
        summary.printFailuresTo(new PrintWriter(failures, true), 5);
        System.err.print(failures);
        if (summary.getFailures().isEmpty()) {
            out.println("passed\t" + summary.getTestsSucceededCount());
        } else {
            TestExecutionSummary.Failure failure = summary.getFailures().get(0);
            String message = String.valueOf(failure.getException().getMessage()).strip();
            out.println(
                    "failed\t"
                            + name(failure.getTestIdentifier())
                            + "\t"
                            + message.lines().findFirst().orElse("").replace('\t', ' '));
        }
        out.flush();
        Runtime.getRuntime().halt(0);
    }

    /** Says where it is, for a test that does not end. */
    private record Beginnings(PrintStream out) implements TestExecutionListener {
        @Override
        public void executionStarted(TestIdentifier test) {
            if (test.isTest()) {
                out.println("at\t" + name(test));
                out.flush();
            }
        }
    }

    /** As in {@code VotingTest z4_theYesStandsAfterARestart}. */
    private static String name(TestIdentifier test) {
        if (test.getSource().orElse(null) instanceof MethodSource method) {
            return method.getClassName().replaceFirst(".*\\.", "") + " " + method.getMethodName();
        }
        return test.getDisplayName();
    }

    /** Methods are named without their parameters. */
    private static List<DiscoverySelector> select(String name) throws ClassNotFoundException {
        int hash = name.indexOf('#');
        Class<?> type = Class.forName(hash < 0 ? name : name.substring(0, hash));
        if (hash < 0) {
            return List.of(selectClass(type));
        }
        List<DiscoverySelector> methods = new ArrayList<>();
        for (Method method : type.getDeclaredMethods()) {
            if (method.getName().equals(name.substring(hash + 1))) {
                methods.add(selectMethod(type, method));
            }
        }
        if (methods.isEmpty()) {
            throw new IllegalArgumentException("there is no test " + name);
        }
        return methods;
    }
}
