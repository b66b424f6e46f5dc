package io.jangada.architecture;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What users of a class can write down: a block of text per type, one line per member, in an order
 * that does not depend on the compiler. Two versions can be told apart by comparing lines.
 */
final class ApiText {
    private static final String INDENT = "    ";
    private static final Set<String> OF_EVERY_OBJECT =
            Set.of("equals[class java.lang.Object]", "hashCode[]", "toString[]");

    private ApiText() {}

    /** All types that users can name, nested ones included, each followed by its members. */
    static String of(Collection<Class<?>> types) {
        return types.stream()
                .filter(ApiText::isVisible)
                .sorted((a, b) -> a.getName().compareTo(b.getName()))
                .map(ApiText::block)
                .collect(Collectors.joining("\n"));
    }

    private static boolean isVisible(Class<?> type) {
        Class<?> outer = type.getDeclaringClass();
        boolean inherited =
                outer != null
                        && Modifier.isProtected(type.getModifiers())
                        && !Modifier.isFinal(outer.getModifiers());
        return !type.isAnonymousClass()
                && !type.isLocalClass()
                && (Modifier.isPublic(type.getModifiers()) || inherited)
                && (outer == null || isVisible(outer));
    }

    private static String block(Class<?> type) {
        TreeSet<String> members = new TreeSet<>();
        for (Field field : type.getDeclaredFields()) {
            if (counts(field, type)) {
                members.add(field(field));
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (counts(constructor, type)) {
                members.add(
                        modifiers(constructor) + type.getSimpleName() + parameters(constructor));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (counts(method, type) && !method.isBridge() && !isOfEvery(method)) {
                members.add(method(method));
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add(head(type));
        enumConstants(type).forEach(constant -> lines.add(INDENT + constant));
        members.forEach(member -> lines.add(INDENT + member));
        return String.join("\n", lines) + "\n";
    }

    private static boolean counts(Member member, Class<?> of) {
        int modifiers = member.getModifiers();
        boolean inherited = Modifier.isProtected(modifiers) && !Modifier.isFinal(of.getModifiers());
        boolean enumConstant = member instanceof Field field && field.isEnumConstant();
        return !member.isSynthetic()
                && !enumConstant
                && (Modifier.isPublic(modifiers) || inherited);
    }

    /** Methods that are there in any case; who overrides them changes no signature. */
    private static boolean isOfEvery(Method method) {
        String signature = method.getName() + Arrays.toString(method.getParameterTypes());
        if (OF_EVERY_OBJECT.contains(signature)) {
            return true;
        }
        return method.getDeclaringClass().isEnum()
                && Modifier.isStatic(method.getModifiers())
                && (method.getName().equals("values") || method.getName().equals("valueOf"));
    }

    /** In their order, which users of ordinals and of switches may rely on. */
    private static List<String> enumConstants(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(Field::isEnumConstant)
                .map(Field::getName)
                .toList();
    }

    private static String head(Class<?> type) {
        StringBuilder head = new StringBuilder(modifiers(type)).append(kind(type)).append(' ');
        head.append(type.getName()).append(typeParameters(type));
        if (type.isRecord()) {
            head.append(components(type));
        }
        Type parent = type.getGenericSuperclass();
        if (parent != null && !type.isEnum() && !type.isRecord() && parent != Object.class) {
            head.append(" extends ").append(parent.getTypeName());
        }
        head.append(list(type.isInterface() ? " extends " : " implements ", interfaces(type)));
        if (type.isSealed()) {
            head.append(list(" permits ", names(type.getPermittedSubclasses())));
        }
        return head.toString();
    }

    private static String kind(Class<?> type) {
        if (type.isAnnotation()) {
            return "@interface";
        }
        if (type.isInterface()) {
            return "interface";
        }
        return type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
    }

    private static String modifiers(Class<?> type) {
        int implied = Modifier.STATIC | Modifier.INTERFACE;
        if (type.isInterface()) {
            implied |= Modifier.ABSTRACT;
        }
        if (type.isEnum() || type.isRecord()) {
            implied |= Modifier.FINAL | Modifier.ABSTRACT;
        }
        String written = Modifier.toString(type.getModifiers() & ~implied);
        String inner =
                type.getDeclaringClass() != null && !Modifier.isStatic(type.getModifiers())
                        ? "inner "
                        : "";
        return written + " " + inner + (type.isSealed() ? "sealed " : "");
    }

    private static String modifiers(Member member) {
        int ignored = Modifier.SYNCHRONIZED | Modifier.NATIVE | Modifier.STRICT;
        int shown = member.getModifiers() & ~ignored;
        if (member instanceof Method) {
            shown &= Modifier.methodModifiers();
        } else if (member instanceof Field) {
            shown &= Modifier.fieldModifiers() & ~Modifier.VOLATILE & ~Modifier.TRANSIENT;
        }
        return Modifier.toString(shown) + " ";
    }

    private static String field(Field field) {
        return modifiers(field) + type(field.getAnnotatedType()) + " " + field.getName();
    }

    private static String method(Method method) {
        return modifiers(method)
                + (method.isDefault() ? "default " : "")
                + space(typeParameters(method))
                + type(method.getAnnotatedReturnType())
                + " "
                + method.getName()
                + parameters(method);
    }

    private static String space(String text) {
        return text.isEmpty() ? text : text + " ";
    }

    private static String parameters(Executable executable) {
        String parameters =
                Arrays.stream(executable.getParameters())
                        .map(ApiText::parameter)
                        .collect(Collectors.joining(", ", "(", ")"));
        List<String> thrown =
                Arrays.stream(executable.getGenericExceptionTypes())
                        .map(Type::getTypeName)
                        .sorted()
                        .toList();
        return parameters + list(" throws ", thrown);
    }

    private static String parameter(Parameter parameter) {
        String type = type(parameter.getAnnotatedType());
        return parameter.isVarArgs() ? type.replaceFirst("\\[]$", "...") : type;
    }

    private static String components(Class<?> record) {
        return Arrays.stream(Objects.requireNonNull(record.getRecordComponents()))
                .map(ApiText::component)
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String component(RecordComponent component) {
        return type(component.getAnnotatedType()) + " " + component.getName();
    }

    private static String type(AnnotatedType type) {
        String nullable = type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "";
        return nullable + type.getType().getTypeName();
    }

    private static String typeParameters(GenericDeclaration declaration) {
        return Arrays.stream(declaration.getTypeParameters())
                .map(ApiText::typeParameter)
                .reduce((a, b) -> a + ", " + b)
                .map(all -> "<" + all + ">")
                .orElse("");
    }

    private static String typeParameter(TypeVariable<?> variable) {
        List<String> bounds =
                Arrays.stream(variable.getBounds())
                        .filter(bound -> bound != Object.class)
                        .map(Type::getTypeName)
                        .toList();
        return variable.getName()
                + (bounds.isEmpty() ? "" : " extends " + String.join(" & ", bounds));
    }

    private static List<String> interfaces(Class<?> type) {
        return Arrays.stream(type.getGenericInterfaces()).map(Type::getTypeName).sorted().toList();
    }

    private static List<String> names(Class<?>[] types) {
        Function<Class<?>, String> name = Class::getName;
        return Arrays.stream(types).map(name).sorted().toList();
    }

    private static String list(String before, List<String> names) {
        return names.isEmpty() ? "" : before + String.join(", ", names);
    }
}
