using ConsoleComponents.Data;

namespace ConsoleComponents.Graphs;

/// <summary>Nodes in columns, from left to right, and edges between them.</summary>
public sealed record Graph(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges);

public sealed record GraphNode(string Id, string Label, int Column, Tone Tone)
{
    public bool IsRound { get; init; }

    public string? Note { get; init; }
}

public sealed record GraphEdge(string From, string To)
{
    public bool IsEvent { get; init; }

    public bool IsLive { get; init; }
}
