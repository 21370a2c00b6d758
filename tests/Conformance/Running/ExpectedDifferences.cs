using System.Reflection;

namespace Conformance.Running;

/// <summary>
/// The cases that fail on a daprd, by name with the reason. They are differences that the embedded sidecar keeps on purpose
/// (docs/fidelity.md); the file is empty where both do the same.
/// </summary>
internal static class ExpectedDifferences
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> File = new(Read);

    /// <summary>The reasons by <c>Namespace.Class.Method</c>, with the arguments of a theory behind it as xunit shows them.</summary>
    public static IReadOnlyDictionary<string, string> Reasons => File.Value;

    private static Dictionary<string, string> Read()
    {
        using var text = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("ExpectedDifferences.txt")!);
        return text.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t'))
            .ToDictionary(parts => parts[0], parts => parts[1]);
    }
}
