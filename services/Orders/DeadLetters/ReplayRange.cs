using Orders.Views;

namespace Orders.DeadLetters;

/// <summary>
/// The rest of a replay of the open dead letters: those numbered from <paramref name="From"/> up to, not including,
/// <paramref name="Until"/>. The end stays that of the first page, so a letter that arrives again meanwhile is not replayed again.
/// </summary>
internal sealed record ReplayRange(long From, long Until)
{
    public static readonly ReplayRange All = new(0, long.MaxValue);

    private static readonly string List = DeadLetterRules.ListOf(DeadLetterState.Open);

    /// <summary>Opaque to clients.</summary>
    public string ToCursor() => $"{PageCursor.Of(List, From)}.{PageCursor.Of(List, Until)}";

    /// <summary>Null: no cursor of a replay.</summary>
    public static ReplayRange? Read(string cursor) =>
        cursor.Split('.') is [var start, var until] && PageCursor.Read(List, start) is { } first && PageCursor.Read(List, until) is { } end
            ? new ReplayRange(first, end)
            : null;
}

/// <summary>The result of a page of a replay. <paramref name="NextCursor"/> is null after the last page.</summary>
internal sealed record ReplayedPage(int Replayed, string? NextCursor);
