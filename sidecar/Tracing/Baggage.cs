using System.Buffers;

namespace Sidecar.Tracing;

/// <summary>W3C baggage: passed on unchanged, refused if invalid. Source: W3C Baggage, section 3.2.</summary>
internal static class Baggage
{
    public const string Header = "baggage";

    private const int MaxLength = 8192;
    private const int MaxMembers = 180;

    private static readonly SearchValues<char> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    );
    private static readonly SearchValues<char> Value = SearchValues.Create([
        .. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Except(['"', ',', ';', '\\']),
    ]);

    /// <summary>The reason why it is invalid; null if it is valid.</summary>
    public static string? Fault(string baggage)
    {
        if (baggage.Length == 0)
        {
            return null;
        }
        if (baggage.Length > MaxLength)
        {
            return $"invalid baggage header: baggage bytes exceed limit of {MaxLength}";
        }
        var members = baggage.Split(',');
        return members.Length > MaxMembers ? $"invalid baggage header: number of baggage list-members exceeds limit of {MaxMembers}"
            : Array.Find(members, member => !IsMember(member)) is { } wrong
                ? $"invalid baggage header: invalid baggage list-member: \"{wrong}\""
            : null;
    }

    /// <summary><c>key=value</c>, then properties that are keys alone or with a value.</summary>
    private static bool IsMember(string member)
    {
        var parts = member.Split(';');
        return IsPair(parts[0], needsValue: true) && parts.Skip(1).All(property => IsPair(property, needsValue: false));
    }

    private static bool IsPair(ReadOnlySpan<char> text, bool needsValue)
    {
        var equals = text.IndexOf('=');
        if (equals < 0)
        {
            return !needsValue && IsOf(text, Token) && !text.Trim().IsEmpty;
        }
        return IsOf(text[..equals], Token) && !text[..equals].Trim().IsEmpty && IsOf(text[(equals + 1)..], Value);
    }

    private static bool IsOf(ReadOnlySpan<char> text, SearchValues<char> allowed) => text.Trim(" \t").IndexOfAnyExcept(allowed) < 0;
}
