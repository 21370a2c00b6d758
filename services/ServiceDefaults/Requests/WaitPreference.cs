using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Requests;

/// <summary><c>Prefer: wait=n</c> (RFC 7240, section 4.3).</summary>
public static class WaitPreference
{
    /// <summary>The seconds that the client is ready to wait; null if it names none, or not more than zero.</summary>
    public static int? SecondsOf(HttpRequest request)
    {
        foreach (var preference in request.Headers.GetCommaSeparatedValues("Prefer"))
        {
            if (
                preference.AsSpan().Trim() is var text
                && text.StartsWith("wait=", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(text[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                && seconds > 0
            )
            {
                return seconds;
            }
        }
        return null;
    }
}
