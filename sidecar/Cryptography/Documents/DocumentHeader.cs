using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Cryptography.Documents;

/// <summary>
/// The header before the segments of a document: a line each for the scheme's name, the manifest and the code that authenticates both. The
/// code covers the stored lines, never a rewritten manifest.
/// </summary>
internal sealed record DocumentHeader(DocumentManifest Manifest, byte[] Signed, byte[] Signature)
{
    private const string Scheme = "dapr.io/enc/v1";
    private const int Lines = 3;

    /// <exception cref="CryptoException">It would not fit.</exception>
    public static byte[] Write(DocumentManifest manifest, DocumentKey key)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(Scheme), (byte)'\n', .. manifest.ToJson(), (byte)'\n'];
        byte[] header = [.. signed, .. Encoding.ASCII.GetBytes(Convert.ToBase64String(key.Sign(signed))), (byte)'\n'];
        return header.Length <= EncryptionScheme.SegmentSize
            ? header
            : throw new CryptoException("failed to sign header: header is too long");
    }

    /// <summary>Reads to the end of the header; also returns the bytes read behind it.</summary> <exception cref="CryptoException">There is
    /// no header.</exception>
    public static async ValueTask<(DocumentHeader Header, ReadOnlyMemory<byte> Begun)> ReadAsync(
        IAsyncEnumerator<ReadOnlyMemory<byte>> document
    )
    {
        using var read = new MemoryStream();
        var ends = new List<int>(Lines);
        while (ends.Count < Lines && read.Length < EncryptionScheme.SegmentSize && await MoreAsync(document))
        {
            var chunk = document.Current;
            for (var i = 0; i < chunk.Length && ends.Count < Lines; i++)
            {
                if (chunk.Span[i] == '\n')
                {
                    Append((int)read.Length + i);
                }
            }
            read.Write(chunk.Span);
        }
        var bytes = read.GetBuffer().AsMemory(0, (int)read.Length);
        if (ends.Count > 0 && !Encoding.UTF8.GetString(bytes.Span[..ends[0]]).Equals(Scheme, StringComparison.Ordinal))
        {
            throw Invalid("unsupported scheme");
        }
        if (ends.Count < Lines)
        {
            throw Invalid(
                ends.Count switch
                {
                    0 => "scheme name not found",
                    1 => "manifest not found",
                    _ => "message authentication code not found",
                }
            );
        }
        var manifest = DocumentManifest.Read(bytes[(ends[0] + 1)..ends[1]]) ?? throw Invalid("invalid manifest");
        return (
            new DocumentHeader(manifest, bytes[..(ends[1] + 1)].ToArray(), Code(bytes.Span[(ends[1] + 1)..ends[2]])),
            bytes[(ends[2] + 1)..].ToArray()
        );

        void Append(int end)
        {
            if (end == (ends.Count == 0 ? 0 : ends[^1] + 1))
            {
                throw Invalid("invalid format"); // an empty line
            }
            ends.Add(end);
        }
    }

    public bool IsSignedBy(DocumentKey key) => CryptographicOperations.FixedTimeEquals(key.Sign(Signed), Signature);

    /// <summary>Names the missing part of a truncated document.</summary>
    private static async ValueTask<bool> MoreAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> document)
    {
        try
        {
            return await document.MoveNextAsync();
        }
        catch (CryptoException)
        {
            return false;
        }
    }

    private static byte[] Code(ReadOnlySpan<byte> line)
    {
        try
        {
            return Convert.FromBase64String(Encoding.ASCII.GetString(line));
        }
        catch (FormatException e)
        {
            throw new CryptoException("failed to decode header's signature: illegal base64 data", e);
        }
    }

    private static CryptoException Invalid(string why) => new($"invalid header: {why}");
}
