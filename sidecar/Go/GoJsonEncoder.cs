using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sidecar.Go;

/// <summary>
/// Escapes JSON texts as Go does: quotes, control characters, markup and the two line ends of JavaScript; everything else stays UTF-8.
/// The encoders of .NET also escape characters beyond U+FFFF and most blanks. Source: Go's <c>encoding/json</c>.
/// </summary>
internal sealed unsafe class GoJsonEncoder : JavaScriptEncoder
{
    /// <summary>An event may be as deep as a body, inside its envelope and that of a bulk.</summary>
    private const int Deepest = GoJsonScanner.MaxDepth + 8;

    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. EscapedCharacters()]);
    private static readonly SearchValues<char> EscapedOrSurrogate = SearchValues.Create([
        .. EscapedCharacters(),
        .. Enumerable.Range('\ud800', 0x800).Select(code => (char)code),
    ]);
    private static readonly SearchValues<byte> PlainAscii = SearchValues.Create([
        .. Enumerable.Range(0, 0x80).Where(code => !Escaped.Contains((char)code)).Select(code => (byte)code),
    ]);

    public static readonly GoJsonEncoder Instance = new();
    public static readonly JsonSerializerOptions SerializerOptions = new() { Encoder = Instance, MaxDepth = Deepest };
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = Instance, MaxDepth = Deepest };

    public override int MaxOutputCharactersPerInputCharacter => 6; // \u003c

    public override bool WillEncode(int unicodeScalar) => unicodeScalar <= char.MaxValue && Escaped.Contains((char)unicodeScalar);

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var all = new ReadOnlySpan<char>(text, textLength);
        for (var at = 0; ; at += 2)
        {
            var next = all[at..].IndexOfAny(EscapedOrSurrogate);
            if (next < 0)
            {
                return -1;
            }
            at += next;
            if (!char.IsSurrogate(all[at]) || Rune.DecodeFromUtf16(all[at..], out _, out _) != OperationStatus.Done)
            {
                return at;
            }
        }
    }

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        var start = utf8Text.IndexOfAnyExcept(PlainAscii);
        if (start < 0)
        {
            return -1;
        }
        var found = base.FindFirstCharacterToEncodeUtf8(utf8Text[start..]);
        return found < 0 ? -1 : start + found;
    }

    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var escape = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => @"\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\b' => "\\b",
            '\f' => "\\f",
            _ => string.Create(CultureInfo.InvariantCulture, $"\\u{unicodeScalar:x4}"),
        };
        var fits = escape.TryCopyTo(new Span<char>(buffer, bufferLength));
        numberOfCharactersWritten = fits ? escape.Length : 0;
        return fits;
    }

    private static IEnumerable<char> EscapedCharacters() =>
        [.. Enumerable.Range(0, ' ').Select(code => (char)code), '"', '\\', '<', '>', '&', '\u2028', '\u2029'];
}
