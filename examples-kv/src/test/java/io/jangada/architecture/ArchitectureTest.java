package io.jangada.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("long")
class ArchitectureTest {
    private static final String ROOT = "io.jangada";
    private static final String SPECIMENS = "io.jangada.architecture.specimen";
    private static final Pattern TESTS = Pattern.compile("/test-classes/|-tests\\.jar");

    private static final JavaClasses PRODUCT =
            new ClassFileImporter()
                    .withImportOption(ArchitectureTest::isProduct)
                    .importPackages(ROOT);

    private static boolean isProduct(Location location) {
        return !TESTS.matcher(location.asURI().toString()).find();
    }

    static Stream<ArchRule> rules() {
        return Stream.concat(
                ArchitectureRules.moduleDirections(ROOT),
                Stream.of(
                        ArchitectureRules.everyClassBelongsToAModule(ROOT),
                        ArchitectureRules.apiNeedsOnlyTheJdk(ROOT),
                        ArchitectureRules.jqwikIsOptional(ROOT),
                        ArchitectureRules.coreIsPure(ROOT)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.check(PRODUCT);
    }

    @Test
    void aTransportThatUsesTheImplementationIsFound() {
        assertEquals(
                Set.of("raft-transport-netty uses, of our modules, only [raft-api]"),
                broken(ArchitectureRules.moduleDirections(SPECIMENS)));
    }

    @Test
    void anApiThatUsesALibraryIsFound() {
        assertFalse(broken(Stream.of(ArchitectureRules.apiNeedsOnlyTheJdk(SPECIMENS))).isEmpty());
    }

    @Test
    void aTestKitThatCannotDoWithoutJqwikIsFound() {
        assertFalse(broken(Stream.of(ArchitectureRules.jqwikIsOptional(SPECIMENS))).isEmpty());
    }

    @Test
    void aClassOutsideTheModulesIsFound() {
        ArchRule rule = ArchitectureRules.everyClassBelongsToAModule(SPECIMENS + ".raft.api");
        assertFalse(broken(Stream.of(rule)).isEmpty());
    }

    @Test
    void everyKindOfImpurityIsFoundAndPureCodeIsNot() {
        JavaClasses specimens = specimens();
        ArchRule rule = ArchitectureRules.coreIsPure(SPECIMENS);
        Set<String> found = new TreeSet<>();
        for (JavaClass specimen : specimens) {
            JavaClasses alone =
                    specimens.that(JavaClass.Predicates.equivalentTo(specimen.reflect()));
            if (rule.evaluate(alone).hasViolation()) {
                found.add(specimen.getSimpleName());
            }
        }
        assertEquals(
                new TreeSet<>(
                        List.of(
                                "DrawsRandomNumber",
                                "IteratesInSaltedOrder",
                                "KeepsThreadLocal",
                                "Logs",
                                "ReadsClock",
                                "Shuffles",
                                "StartsThread",
                                "UsesConcurrency",
                                "UsesImplementation",
                                "UsesMathRandom",
                                "UsesSocketBuffers")),
                found);
    }

    private static Set<String> broken(Stream<ArchRule> rules) {
        return rules.filter(rule -> rule.evaluate(specimens()).hasViolation())
                .map(ArchRule::getDescription)
                .collect(Collectors.toSet());
    }

    private static JavaClasses specimens() {
        return new ClassFileImporter().importPackages(SPECIMENS);
    }
}
