namespace Console.Edge;

public sealed record PageOf<T>(IReadOnlyList<T> Items, string? NextCursor = null);
