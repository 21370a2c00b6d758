namespace Sidecar.Go;

/// <summary>The content type that Go's HTTP server gives a body without one: by its first bytes, the common forms only.</summary>
internal static class GoContentType
{
    private const int Looked = 512;

    private static readonly byte[][] Html =
    [
        "<!DOCTYPE HTML"u8.ToArray(),
        "<HTML"u8.ToArray(),
        "<HEAD"u8.ToArray(),
        "<SCRIPT"u8.ToArray(),
        "<BODY"u8.ToArray(),
        "<TITLE"u8.ToArray(),
        "<H1"u8.ToArray(),
        "<DIV"u8.ToArray(),
        "<TABLE"u8.ToArray(),
        "<P"u8.ToArray(),
        "<A"u8.ToArray(),
        "<!--"u8.ToArray(),
    ];

    private static readonly (byte[] Start, string Type)[] Known =
    [
        ("<?xml"u8.ToArray(), "text/xml; charset=utf-8"),
        ("%PDF-"u8.ToArray(), "application/pdf"),
        ([0xFE, 0xFF], "text/plain; charset=utf-16be"),
        ([0xFF, 0xFE], "text/plain; charset=utf-16le"),
        ([0xEF, 0xBB, 0xBF], "text/plain; charset=utf-8"),
        ([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
        ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        ("GIF87a"u8.ToArray(), "image/gif"),
        ("GIF89a"u8.ToArray(), "image/gif"),
        ([0x1F, 0x8B, 0x08], "application/x-gzip"),
        ([(byte)'P', (byte)'K', 0x03, 0x04], "application/zip"),
    ];

    public static string Of(ReadOnlySpan<byte> body)
    {
        body = body[..Math.Min(body.Length, Looked)];
        var text = body.TrimStart("\t\n\f\r "u8);
        foreach (var tag in Html)
        {
            if (IsTag(text, tag))
            {
                return "text/html; charset=utf-8";
            }
        }
        foreach (var (start, type) in Known)
        {
            if ((start[0] == (byte)'<' ? text : body).StartsWith(start))
            {
                return type;
            }
        }
        return
            body.ContainsAnyInRange((byte)0x00, (byte)0x08)
            || body.Contains((byte)0x0B)
            || body.ContainsAnyInRange((byte)0x0E, (byte)0x1A)
            || body.ContainsAnyInRange((byte)0x1C, (byte)0x1F)
            ? "application/octet-stream"
            : "text/plain; charset=utf-8";
    }

    /// <summary>A tag in any case, followed by a blank or its end.</summary>
    private static bool IsTag(ReadOnlySpan<byte> text, ReadOnlySpan<byte> tag)
    {
        if (text.Length <= tag.Length || (tag[^1] != (byte)'-' && text[tag.Length] is not ((byte)' ' or (byte)'>')))
        {
            return false;
        }
        for (var i = 0; i < tag.Length; i++)
        {
            if ((text[i] is >= (byte)'a' and <= (byte)'z' ? text[i] & ~0x20 : text[i]) != tag[i])
            {
                return false;
            }
        }
        return true;
    }
}
