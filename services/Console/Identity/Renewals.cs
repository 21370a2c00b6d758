using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Console.Identity;

/// <summary>
/// Holds the pages that wait for a new token after theirs has expired. The browser signs in in another tab; then the page's script calls
/// with the new cookie and the page's ticket, which is secret.
/// </summary>
public sealed class Renewals
{
    private readonly ConcurrentDictionary<string, (Session Session, Person Person)> waiting = new(StringComparer.Ordinal);

    public string Wait(Session session, Person person)
    {
        var ticket = Convert.ToHexString(RandomNumberGenerator.GetBytes(24));
        waiting[ticket] = (session, person);
        return ticket;
    }

    /// <summary>False for an unknown ticket, and for another person than the one of the waiting page.</summary>
    public bool Renew(string ticket, Person? person, string? token)
    {
        if (person is null || token is null || !waiting.TryGetValue(ticket, out var page) || page.Person != person)
        {
            return false;
        }
        page.Session.Renew(token);
        return true;
    }

    public void Forget(string ticket) => waiting.TryRemove(ticket, out _);
}
