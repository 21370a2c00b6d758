using System.Reflection;

namespace Dapr.Workflow.Tests.Surface;

/// <summary>Writes public types and members the way dapr-workflow-api.txt does, in words that leave out what C# source does not care for.</summary>
internal static class Signatures
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    internal static IEnumerable<string> Of(Assembly assembly) => assembly.GetExportedTypes().SelectMany(Of);

    private static IEnumerable<string> Of(Type type)
    {
        yield return TypeName(type);
        if (type.IsEnum)
        {
            foreach (var name in Enum.GetNames(type))
            {
                yield return $"{TypeName(type)} :: {name} = {Convert.ToInt32(Enum.Parse(type, name))}";
            }

            yield break;
        }

        foreach (var constructor in type.GetConstructors(Declared).Where(Visible))
        {
            yield return $"{TypeName(type)} :: {Access(constructor)}{ShortName(type)}({Parameters(constructor)})";
        }

        foreach (var property in type.GetProperties(Declared).Where(property => property.GetMethod is { } get && Visible(get)))
        {
            var set = property.SetMethod is { } setter && Visible(setter) ? " " + (IsInit(setter) ? "init;" : "set;") : "";
            yield return $"{TypeName(type)} :: {Access(property.GetMethod!)}{Name(property.PropertyType)} {property.Name} {{ get;{set} }}";
        }

        foreach (var method in type.GetMethods(Declared).Where(method => Visible(method) && !IsGenerated(method)))
        {
            var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
            yield return $"{TypeName(type)} :: {Access(method)}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
        }
    }

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers()
        .Any(modifier => modifier.FullName == "System.Runtime.CompilerServices.IsExternalInit");

    // Accessors, operators and what records and overrides of object bring along are not in the list.
    private static bool IsGenerated(MethodInfo method) => method.IsSpecialName
        || method.Name is "ToString" or "GetHashCode" or "Equals" or "Deconstruct" or "PrintMembers" or "<Clone>$";

    private static string Access(MethodBase method)
    {
        var type = method.DeclaringType!;
        var access = method.IsPublic ? "" : "protected ";
        if (method.IsStatic)
        {
            return access + "static ";
        }

        if (type.IsInterface || !method.IsVirtual || method.IsFinal)
        {
            return access;
        }

        var isOverride = method is MethodInfo info && info.GetBaseDefinition().DeclaringType != type;
        return access + (method.IsAbstract ? "abstract " : isOverride ? "override " : "virtual ");
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select((parameter, place) =>
    {
        var extends = place == 0 && method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute), false) ? "this " : "";
        var type = parameter.ParameterType.IsByRef ? "ref " + Name(parameter.ParameterType.GetElementType()!) : Name(parameter.ParameterType);
        return $"{extends}{type} {parameter.Name}{Default(parameter)}";
    }));

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue
        ? ""
        : parameter.DefaultValue switch
        {
            null => " = default",
            var value when parameter.ParameterType.IsEnum => $" = {Enum.ToObject(parameter.ParameterType, value)}",
            var value => $" = {value}",
        };

    private static string TypeName(Type type) => $"{type.Namespace}.{Name(type)}";

    private static string ShortName(Type type) => type.Name.Split('`')[0];

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        var name = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{ShortName(type)}" : ShortName(type);
        var arguments = type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : "";
        return Keyword(name) + arguments;
    }

    private static string Keyword(string name) => name switch
    {
        "String" => "string",
        "Int32" => "int",
        "Boolean" => "bool",
        "Double" => "double",
        "Object" => "object",
        "Void" => "void",
        _ => name,
    };
}
