using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace Architecture;

/// <summary>Which folders of a program use which, by the code that was compiled. Namespaces follow folders.</summary>
/// <param name="root">The namespace of the program, without those of its folders.</param>
internal sealed class FolderGraph(string assembly, string root)
{
    private readonly IReadOnlyList<(string From, string To, string Type)> uses =
    [
        .. new ArchLoader()
            .LoadAssembly(System.Reflection.Assembly.LoadFrom(assembly))
            .Build()
            .Types.SelectMany(type => type.Dependencies)
            .Select(use =>
                (From: Folder(use.Origin, root), To: Folder(use.Target, root), Type: $"{use.Origin.FullName} -> {use.Target.FullName}")
            )
            .Where(use => use.From is not null && use.To is not null && use.From != use.To)
            .Distinct()
            .Select(use => (use.From!, use.To!, use.Type)),
    ];

    /// <summary>The uses between folders of a cycle, or between two cycles, a line each; empty without a cycle.</summary>
    public IReadOnlyList<string> Cycles()
    {
        var left = uses.ToList();
        // A folder that uses none, or that none uses, is in no cycle; without it others are in none.
        for (var count = -1; count != left.Count; )
        {
            count = left.Count;
            var (users, used) = (left.Select(use => use.From).ToHashSet(), left.Select(use => use.To).ToHashSet());
            left.RemoveAll(use => !users.Contains(use.To) || !used.Contains(use.From));
        }
        return [.. left.Select(use => $"{use.From} -> {use.To}: {use.Type}").Order(StringComparer.Ordinal)];
    }

    /// <summary>The first folder below the program's own; null for code from elsewhere, and for the program's own file.</summary>
    private static string? Folder(IType type, string root) =>
        type.Namespace?.FullName is { } name && name.StartsWith(root + ".", StringComparison.Ordinal)
            ? name[(root.Length + 1)..].Split('.')[0]
            : null;
}
