namespace Sidecar.Actors.Placement;

/// <summary>
/// Highest random weight: each key goes to the member with which it weighs most. All who know the same members come to the same answer, and
/// of a member that comes or goes only its own keys move.
/// </summary>
internal static class Rendezvous
{
    /// <summary>Null without members. Their order does not matter.</summary>
    public static string? Choose(ReadOnlySpan<string> members, string type, string key)
    {
        if (members.Length < 2)
        {
            return members.Length == 0 ? null : members[0];
        }
        var name = Hash(Hash(14695981039346656037, type), key);
        var (best, most) = (members[0], 0UL);
        foreach (var member in members)
        {
            var weight = Mix(Hash(name, member));
            if (weight > most || (weight == most && string.CompareOrdinal(member, best) > 0))
            {
                (best, most) = (member, weight);
            }
        }
        return best;
    }

    /// <summary>FNV-1a; every process must come to the same, which <see cref="string.GetHashCode()"/> does not promise.</summary>
    private static ulong Hash(ulong hash, string text)
    {
        foreach (var letter in text)
        {
            hash = (hash ^ letter) * 1099511628211;
        }
        return (hash ^ '\0') * 1099511628211; // ends the text: "ab", "c" is not "a", "bc"
    }

    /// <summary>FNV leaves the high bits of similar names alike, and they decide.</summary>
    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
