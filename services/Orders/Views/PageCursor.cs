using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Orders.Views;

/// <summary>The position after a page: the list and a number in it. Opaque to clients.</summary>
internal static class PageCursor
{
    public static string Of(string list, long n) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{n.ToString(CultureInfo.InvariantCulture)}@{list}"));

    /// <summary>Null: no cursor of this list.</summary>
    public static long? Read(string list, string cursor)
    {
        if (!Base64Url.IsValid(cursor))
        {
            return null;
        }
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && text[(at + 1)..] == list && long.TryParse(text[..at], NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? n
            : null;
    }
}
