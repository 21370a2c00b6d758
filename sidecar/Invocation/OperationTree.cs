using System.IO.Enumeration;
using Sidecar.Resources;

namespace Sidecar.Invocation;

/// <summary>
/// The operations of an access control list by segments of their path. A rule for <c>/a</c> also holds below it; <c>/a/*</c> holds for one
/// segment more, and for <c>/a</c> itself when that has no rule; <c>/a/**</c> for any number. Where several match, the one that was given
/// first counts. Source: daprd's operation trie.
/// </summary>
internal sealed class OperationTree
{
    private readonly Node root = new("");

    public void Add(string path, OperationPolicy policy)
    {
        var node = root;
        foreach (var segment in path.Split('/').Skip(1))
        {
            var next = node.Below.Find(below => below.Segment == segment);
            if (next is null)
            {
                node.Below.Add(next = new Node(segment));
            }
            node = next;
        }
        node.Policy ??= policy;
    }

    public OperationPolicy? Find(string path)
    {
        var node = root;
        var segments = path.Split('/')[1..];
        foreach (var (index, segment) in segments.Index())
        {
            var last = index == segments.Length - 1;
            node = node.Next(segment, last);
            switch (node)
            {
                case null:
                    return null;
                case { Policy: { } policy } when last || node.Segment != "*":
                    return policy;
            }
        }
        return node.Next("*", last: true)?.Policy;
    }

    private sealed class Node(string segment)
    {
        public string Segment { get; } = segment;

        public List<Node> Below { get; } = [];

        public OperationPolicy? Policy { get; set; }

        public Node? Next(string segment, bool last) => Below.Find(below => below.Takes(segment, last));

        private bool Takes(string segment, bool last) =>
            Segment switch
            {
                "*" => last || segment == "*",
                "**" => true,
                _ => Segment == segment
                    || (
                        Segment.Contains('*', StringComparison.Ordinal)
                        && FileSystemName.MatchesSimpleExpression(Segment, segment, ignoreCase: false)
                    ),
            };
    }
}
