using System.Globalization;
using System.Text;
using ServiceDefaults.Refusals;

namespace ServiceDefaults.Requests;

/// <summary>
/// The rule for ids of orders, products and customers: 1 to 100 characters that are safe in state keys, paths and logs. Ids are checked on
/// entry: a store or sidecar that refuses one later reports a failure of its own, which counts against the circuit breaker.
/// <c>contracts/</c> has the same rule.
/// </summary>
public static class Identifier
{
    public const int MaxLength = 100;

    /// <summary>Path and query syntax, escapes and quotes.</summary>
    private const string Refused = "/\\?#%<>\"";

    /// <summary>The separator in Dapr's state keys. Source: Dapr docs, "State management overview", key prefixes.</summary>
    private const string KeySeparator = "||";

    public static bool IsValid(string? id) =>
        VisibleText.IsValid(id, MaxLength)
        && id.AsSpan().IndexOfAny(Refused) < 0
        && !id.Contains(KeySeparator, StringComparison.Ordinal)
        && id is not ("." or "..");

    /// <summary>Null if the id is valid. <paramref name="field"/>: the field that holds it, as the client spells it.</summary>
    public static Refusal? Check(string? id, string field, string code) =>
        IsValid(id)
            ? null
            : Refusal.Invalid(
                code,
                $"{field} must have 1 to {MaxLength} visible characters, without {string.Join(' ', Refused.AsEnumerable())} and "
                    + $"{KeySeparator}."
            );
}

/// <summary>Text that a person may have typed: names, addresses, notes.</summary>
public static class VisibleText
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>
    /// True for 1 to <paramref name="longest"/> characters (UTF-16) without control characters, invisible formatting and half surrogate
    /// pairs, that neither begin nor end with white space. <paramref name="multiline"/> allows line breaks and tabs.
    /// </summary>
    public static bool IsValid([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? text, int longest, bool multiline = false)
    {
        if (text is not { Length: > 0 } || text.Length > longest || char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
        {
            return false;
        }
        for (var rest = text.AsSpan(); rest.Length > 0; )
        {
            if (
                Rune.DecodeFromUtf16(rest, out var rune, out var taken) != System.Buffers.OperationStatus.Done
                || !IsVisible(rune, multiline)
            )
            {
                return false;
            }
            rest = rest[taken..];
        }
        return true;
    }

    private static bool IsVisible(Rune rune, bool multiline) =>
        Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Control => multiline && (rune.Value is '\n' or '\r' or '\t'),
            UnicodeCategory.Format => rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner, // part of words in several scripts
            UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse
            or UnicodeCategory.Surrogate => false,
            _ => true,
        };
}
