namespace Blueprint;

/// <summary>Finds services that call each other in a circle.</summary>
internal static class Circle
{
    /// <summary>Returns the first circle in the order of <paramref name="names"/>, from a name back to itself; null if there is none. Calls
    /// of a name to itself do not count.</summary>
    public static IReadOnlyList<string>? Find(IEnumerable<string> names, IEnumerable<(string From, string To)> calls)
    {
        var next = calls.Where(call => call.From != call.To).ToLookup(call => call.From, call => call.To, StringComparer.Ordinal);
        return names.Select(name => PathBack(name, name, next, [])).FirstOrDefault(path => path is not null);
    }

    /// <summary>Returns the circle that the call from <paramref name="from"/> to <paramref name="to"/> is part of; null if there is
    /// none.</summary>
    public static IReadOnlyList<string>? Through(string from, string to, IEnumerable<(string From, string To)> calls)
    {
        var next = calls.ToLookup(call => call.From, call => call.To, StringComparer.Ordinal);
        return next[from].Contains(to) && PathBack(to, from, next, [to]) is { } rest ? [from, .. rest] : null;
    }

    private static List<string>? PathBack(string from, string to, ILookup<string, string> calls, HashSet<string> seen)
    {
        foreach (var next in calls[from])
        {
            if (next == to)
            {
                return [from, to];
            }
            if (seen.Add(next) && PathBack(next, to, calls, seen) is { } rest)
            {
                return [from, .. rest];
            }
        }
        return null;
    }
}
