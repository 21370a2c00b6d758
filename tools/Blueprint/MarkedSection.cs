namespace Blueprint;

/// <summary>The part of a document that a command writes, between two marker lines.</summary>
internal static class MarkedSection
{
    /// <summary>The document with the part replaced; null if the markers are not in it.</summary>
    public static string? Replace(string document, string begin, string end, string content)
    {
        var from = document.IndexOf(begin, StringComparison.Ordinal);
        var to = document.IndexOf(end, StringComparison.Ordinal);
        return from < 0 || to < from ? null : $"{document[..(from + begin.Length)]}\n\n{content}\n\n{document[to..]}";
    }

    public static string Missing(string document, string begin, string end) =>
        $"{document}: no such file, or no lines '{begin}' and '{end}' in it, between which the text belongs";
}
