namespace Blueprint.Decomposition;

/// <summary>Joins modules into bounded contexts: by a transaction that nothing can replace, by joint changes, by one capability.</summary>
internal static class Grouping
{
    /// <summary>Groups of modules in the order of the description, and the reason of each join.</summary>
    public static (IReadOnlyList<IReadOnlyList<Module>> Groups, IReadOnlyList<KeptTogether> Joins) Join(Description description)
    {
        var modules = description.Modules.Where(module => !module.IsEdge).ToList();
        var groupOf = modules.ToDictionary(module => module.Name, module => module.Name, StringComparer.Ordinal);
        var joins = Ties(description, modules)
            .GroupBy(tie => (tie.First, tie.Second))
            .Select(pair => new KeptTogether(
                pair.Key.First,
                pair.Key.Second,
                [.. pair.SelectMany(tie => tie.Reasons)],
                [.. pair.SelectMany(tie => tie.Until)]
            ))
            .ToList();
        foreach (var join in joins)
        {
            var (kept, replaced) = (groupOf[join.First], groupOf[join.Second]);
            foreach (var name in groupOf.Where(one => one.Value == replaced).Select(one => one.Key).ToList())
            {
                groupOf[name] = kept;
            }
        }
        return ([.. modules.GroupBy(module => groupOf[module.Name]).Select(group => (IReadOnlyList<Module>)[.. group])], joins);
    }

    private static IEnumerable<KeptTogether> Ties(Description description, List<Module> modules)
    {
        foreach (
            var need in description.Consistency.Where(need =>
                need is { IsStrong: true, Undo: null or "" } && Both(need.First, need.Second, modules)
            )
        )
        {
            yield return Ordered(
                need.First,
                need.Second,
                modules,
                new Remark(Finding.OneTransaction, need.Why ?? ""),
                new Remark(Finding.UntilUndone)
            );
        }
        foreach (
            var change in description.JointChanges.Where(change =>
                change.Percent >= description.Weights.ChangesTogether && Both(change.First, change.Second, modules)
            )
        )
        {
            yield return Ordered(
                change.First,
                change.Second,
                modules,
                new Remark(Finding.ChangedTogether, $"{change.Percent}"),
                new Remark(Finding.UntilChangedApart, $"{description.Weights.ChangesTogether}")
            );
        }
        foreach (
            var same in modules
                .Where(module => module.Capability.Length > 0)
                .GroupBy(module => module.Capability.Trim(), StringComparer.OrdinalIgnoreCase)
        )
        {
            foreach (var module in same.Skip(1))
            {
                yield return Ordered(
                    same.First().Name,
                    module.Name,
                    modules,
                    new Remark(Finding.SameCapability, same.Key),
                    new Remark(Finding.UntilOwnCapability)
                );
            }
        }
    }

    private static bool Both(string first, string second, List<Module> modules) =>
        modules.Exists(module => module.Name == first) && modules.Exists(module => module.Name == second);

    /// <summary>A pair in the order of the description, so that two reasons of one pair come together.</summary>
    private static KeptTogether Ordered(string first, string second, List<Module> modules, Remark reason, Remark until)
    {
        var firstIsFirst = modules.FindIndex(module => module.Name == first) < modules.FindIndex(module => module.Name == second);
        return new KeptTogether(firstIsFirst ? first : second, firstIsFirst ? second : first, [reason], [until]);
    }
}
