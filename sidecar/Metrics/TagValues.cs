using System.Diagnostics.CodeAnalysis;

namespace Sidecar.Metrics;

/// <summary>The values of a measurement's tags in their order, as the key of a series; looked up by the tags themselves.</summary>
internal static class TagValues
{
    public static readonly IEqualityComparer<string[]> Comparer = new Values();

    public static string[] Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var values = new string[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            values[i] = Text(tags[i]);
        }
        return values;
    }

    private static string Text(KeyValuePair<string, object?> tag) => tag.Value as string ?? tag.Value?.ToString() ?? "";

    private sealed class Values
        : IEqualityComparer<string[]>,
            IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, string[]>
    {
        public bool Equals(string[]? one, string[]? other) => one.AsSpan().SequenceEqual(other);

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> tags, string[] other)
        {
            if (tags.Length != other.Length)
            {
                return false;
            }
            for (var i = 0; i < tags.Length; i++)
            {
                if (!string.Equals(Text(tags[i]), other[i], StringComparison.Ordinal))
                {
                    return false;
                }
            }
            return true;
        }

        public int GetHashCode([DisallowNull] string[] values)
        {
            var hash = 0;
            foreach (var value in values)
            {
                hash = Add(hash, value);
            }
            return hash;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var hash = 0;
            foreach (var tag in tags)
            {
                hash = Add(hash, Text(tag));
            }
            return hash;
        }

        public string[] Create(ReadOnlySpan<KeyValuePair<string, object?>> tags) => Of(tags);

        private static int Add(int hash, string value) => (hash * 31) + string.GetHashCode(value, StringComparison.Ordinal);
    }
}
