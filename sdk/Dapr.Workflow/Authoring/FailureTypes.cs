using System.Reflection;
using System.Reflection.Metadata;

namespace Dapr.Workflow;

/// <summary>Finds the exception type that a recorded failure names.</summary>
internal static class FailureTypes
{
    /// <summary>
    /// Failures carry the type's full name without its assembly, so beside the framework's own assembly
    /// the one of the type asked for is tried, then all that are loaded.
    /// </summary>
    internal static Type? Find(string name, Type askedFor)
    {
        if (name == askedFor.FullName)
        {
            return askedFor;
        }

        // Names come from other apps and languages: one that .NET can't parse is a name not found.
        if (!TypeName.TryParse(name, out var parsed))
        {
            return null;
        }

        name = parsed.FullName;
        return typeof(object).Assembly.GetType(name)
            ?? askedFor.Assembly.GetType(name)
            ?? AppDomain.CurrentDomain.GetAssemblies().Select(assembly => Find(assembly, name)).FirstOrDefault(type => type is not null);
    }

    private static Type? Find(Assembly assembly, string name) => assembly.IsDynamic ? null : assembly.GetType(name);
}
