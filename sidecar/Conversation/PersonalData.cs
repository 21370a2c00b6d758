using System.Text;
using System.Text.RegularExpressions;

namespace Sidecar.Conversation;

/// <summary>
/// Replaces personal data by the name of its kind (<c>scrubPII</c>). Links stay unchanged. Kinds and their names: daprd's.
/// </summary>
internal static class PersonalData
{
    private static readonly Regex Link = Pattern(@"https?://\S+");

    /// <summary>Of two matches at the same place the longer one wins, then the first in this list.</summary>
    private static readonly (string Kind, Regex Pattern)[] Kinds =
    [
        ("EMAIL_ADDRESS", Pattern(@"[a-z0-9._%+'-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")),
        (
            "IP",
            Pattern(
                @"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b|"
                    + @"\b[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?"
            )
        ),
        ("MAC_ADDRESS", Pattern(@"\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b")),
        ("US_SSN", Pattern(@"\b\d{3}-\d{2}-\d{4}\b")),
        ("CREDIT_CARD", Pattern(@"\b(?:\d{4}[- ]?){3}\d{3,4}\b")),
        ("IBAN", Pattern(@"\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){3,7}(?: ?[a-z0-9]{1,3})?\b")),
        ("PHONE_NUMBER", Pattern(@"\+\d[\d ().-]{6,16}\d|\(?\b\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}\b")),
        ("ISBN", Pattern(@"\b(?:97[89][- ]?)?(?:\d[- ]?){9}[\dx]\b")),
        ("ZIP_CODE", Pattern(@"\b\d{5}(?:-\d{4})?\b")),
        ("PO_BOX", Pattern(@"\bp\.? ?o\.? box \d+")),
        (
            "STREET_ADDRESS",
            Pattern(
                @"\b\d{1,4} [\w ]{1,20} "
                    + @"(?:street|st|avenue|ave|road|rd|highway|hwy|square|sq|drive|dr|court|ct|parkway|pkwy|boulevard|blvd)\b\.?"
            )
        ),
    ];

    public static string Scrub(string text)
    {
        var links = Link.Matches(text);
        var found = Kinds
            .SelectMany(kind => kind.Pattern.Matches(text).Select(match => (kind.Kind, match.Index, match.Length)))
            .Where(match => !links.Any(link => link.Index < match.Index + match.Length && match.Index < link.Index + link.Length))
            .OrderBy(match => match.Index)
            .ThenByDescending(match => match.Length); // stable: the order of kinds
        var scrubbed = new StringBuilder(text.Length);
        var end = 0;
        foreach (var match in found.Where(match => match.Index >= end))
        {
            scrubbed.Append(text, end, match.Index - end).Append('<').Append(match.Kind).Append('>');
            end = match.Index + match.Length;
        }
        return scrubbed.Append(text, end, text.Length - end).ToString();
    }

    /// <summary>Runs in time linear to the text, whatever its source.</summary>
    private static Regex Pattern(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
