package io.jangada.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;

/**
 * The arrows between our modules. All rules take the root package, so that a test can point them at
 * classes that break them.
 */
final class ArchitectureRules {
    private static final List<Module> MODULES =
            List.of(
                    new Module("raft-api", List.of("raft.api", "raft.spi"), List.of()),
                    new Module("raft-impl", List.of("raft.impl"), List.of("raft-api")),
                    new Module(
                            "raft-transport-netty",
                            List.of("raft.transport.netty"),
                            List.of("raft-api")),
                    new Module(
                            "raft-storage-segment",
                            List.of("raft.storage.segment"),
                            List.of("raft-api")),
                    new Module(
                            "raft-storage-chronicle",
                            List.of("raft.storage.chronicle"),
                            List.of("raft-api", "raft-storage-segment")),
                    new Module(
                            "raft-testkit",
                            List.of("raft.testkit"),
                            List.of("raft-api", "raft-impl")),
                    new Module(
                            "examples-kv",
                            List.of("examples.kv"),
                            List.of(
                                    "raft-api",
                                    "raft-impl",
                                    "raft-transport-netty",
                                    "raft-storage-segment",
                                    "raft-storage-chronicle",
                                    "raft-testkit")));

    private ArchitectureRules() {}

    private record Module(String name, List<String> packages, List<String> mayUse) {
        DescribedPredicate<JavaClass> in(String root) {
            return resideInAnyPackage(identifiers(root).toArray(String[]::new));
        }

        Stream<String> identifiers(String root) {
            return packages.stream().map(name -> root + "." + name + "..");
        }
    }

    static Stream<ArchRule> moduleDirections(String root) {
        return MODULES.stream().map(module -> direction(root, module));
    }

    private static ArchRule direction(String root, Module module) {
        DescribedPredicate<JavaClass> allowed =
                not(resideInAPackage(root + "..")).or(module.in(root));
        for (Module used : MODULES) {
            if (module.mayUse().contains(used.name())) {
                allowed = allowed.or(used.in(root));
            }
        }
        return classes()
                .that(module.in(root))
                .should()
                .onlyDependOnClassesThat(allowed)
                .allowEmptyShould(true)
                .as(module.name() + " uses, of our modules, only " + module.mayUse());
    }

    /** A class outside these packages would escape the other rules. */
    static ArchRule everyClassBelongsToAModule(String root) {
        String[] known = MODULES.stream().flatMap(m -> m.identifiers(root)).toArray(String[]::new);
        return classes()
                .should()
                .resideInAnyPackage(known)
                .as("every class lies in a package of its module");
    }

    static ArchRule apiNeedsOnlyTheJdk(String root) {
        return classes()
                .that(MODULES.get(0).in(root))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage("java..", "org.jspecify.annotations")
                                .or(MODULES.get(0).in(root)))
                .allowEmptyShould(true)
                .as("raft-api uses only the JDK");
    }

    /** Users of the test kit who have no jqwik must be able to load everything else. */
    static ArchRule jqwikIsOptional(String root) {
        return classes()
                .that(
                        resideInAPackage(root + ".raft.testkit..")
                                .and(not(resideInAPackage(root + ".raft.testkit.jqwik.."))))
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage("net.jqwik..")))
                .allowEmptyShould(true)
                .as("only testkit.jqwik uses jqwik");
    }

    static ArchRule coreIsPure(String root) {
        return classes()
                .that(resideInAPackage(root + ".raft.impl.core.."))
                .should(new BePure(root))
                .allowEmptyShould(true);
    }
}
