using System.Globalization;

namespace Sidecar.Workflows.Storage;

/// <summary>The keys of one instance. An id may itself contain the separator, so the part after the prefix must be a known name.</summary>
internal readonly record struct InstanceKeys(string Prefix)
{
    private const string HistoryName = "history-";
    private const string InboxName = "inbox-";

    public string Metadata => Prefix + "metadata";

    public string CustomStatus => Prefix + "customStatus";

    public string Propagated => Prefix + "propagated-history";

    public string History(int index) => Prefix + HistoryName + index.ToString("D6", CultureInfo.InvariantCulture);

    public string Inbox(int sequence) => Prefix + InboxName + sequence.ToString("D6", CultureInfo.InvariantCulture);

    public int? HistoryIndex(string key) => NumberAfter(key, HistoryName);

    public int? InboxSequence(string key) => NumberAfter(key, InboxName);

    /// <summary>True if the key belongs to this instance, not to another whose id begins with this one's.</summary>
    public bool Owns(string key) =>
        key.StartsWith(Prefix, StringComparison.Ordinal) && !key.AsSpan(Prefix.Length).Contains("||", StringComparison.Ordinal);

    private int? NumberAfter(string key, string name) =>
        Owns(key)
        && key.AsSpan(Prefix.Length).StartsWith(name, StringComparison.Ordinal)
        && int.TryParse(key.AsSpan(Prefix.Length + name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
