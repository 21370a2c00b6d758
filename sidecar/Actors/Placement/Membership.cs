using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Sidecar.Hosting;

namespace Sidecar.Actors.Placement;

/// <summary>Which instances of a group host which actor types: who owns an actor follows from it.</summary>
internal sealed class Membership
{
    public static readonly Membership Empty = new([]);

    private readonly FrozenDictionary<string, string[]> hosts;

    public Membership(IEnumerable<(string Instance, IReadOnlyList<string> Types)> members)
    {
        var known = members.OrderBy(member => member.Instance, StringComparer.Ordinal).ToList();
        hosts = known.SelectMany(member => member.Types.Select(type => (Type: type, member.Instance)))
            .GroupBy(pair => pair.Type, pair => pair.Instance, StringComparer.Ordinal).ToFrozenDictionary(types => types.Key, types => types.ToArray(), StringComparer.Ordinal);
        var text = string.Join('\n', known.Select(member => $"{member.Instance}\t{string.Join('\t', member.Types.Order(StringComparer.Ordinal))}"));
        Version = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));
    }

    /// <summary>The same for the same members with the same types, whoever asks.</summary>
    public string Version { get; }

    public bool IsEmpty => hosts.Count == 0;

    public static Membership Of(string? group, IEnumerable<Announcement> live)
        => new(live.Where(announcement => announcement.Group == group && announcement.Types.Count > 0).Select(announcement => (announcement.Instance, announcement.Types)));

    /// <summary>The instance that owns an actor; null when none hosts its type.</summary>
    public string? OwnerOf(ActorId actor) => hosts.TryGetValue(actor.Type, out var instances) ? Rendezvous.Choose(instances, actor.Type, actor.Id) : null;
}
