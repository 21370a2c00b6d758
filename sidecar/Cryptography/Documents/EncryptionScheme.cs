using System.Security.Cryptography;

namespace Sidecar.Cryptography.Documents;

/// <summary>
/// Encrypts documents in segments of 64 KiB, so that they stream without being buffered. Every returned segment has been authenticated, and
/// the last one is marked, so that none can be cut off. Source: "Dapr encryption scheme v1".
/// </summary>
internal static class EncryptionScheme
{
    public const int SegmentSize = 64 * 1024;

    /// <summary>Each piece has to be used before the next one is read.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> EncryptAsync(
        DocumentManifest manifest,
        DocumentKey key,
        IAsyncEnumerator<ReadOnlyMemory<byte>> plaintext
    )
    {
        using (key)
        {
            yield return DocumentHeader.Write(manifest, key);
            await foreach (var segment in SegmentsAsync(default, plaintext, SegmentSize))
            {
                key.Encrypt(segment.Buffer, segment.Length, segment.Number, segment.Last);
                yield return segment.Buffer.AsMemory(0, segment.Length + DocumentKey.TagSize);
            }
        }
    }

    /// <param name="begun">The part of the segments that has been read already.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> DecryptAsync(
        DocumentKey key,
        ReadOnlyMemory<byte> begun,
        IAsyncEnumerator<ReadOnlyMemory<byte>> rest
    )
    {
        using (key)
        {
            await foreach (var segment in SegmentsAsync(begun, rest, SegmentSize + DocumentKey.TagSize))
            {
                try
                {
                    key.Decrypt(segment.Buffer.AsSpan(0, segment.Length), segment.Number, segment.Last);
                }
                catch (CryptographicException e)
                {
                    throw new CryptoException($"error processing segment {segment.Number}: failed to decrypt segment", e);
                }
                yield return segment.Buffer.AsMemory(0, segment.Length - DocumentKey.TagSize);
            }
        }
    }

    private static async IAsyncEnumerable<Segment> SegmentsAsync(
        ReadOnlyMemory<byte> begun,
        IAsyncEnumerator<ReadOnlyMemory<byte>> rest,
        int size
    )
    {
        var buffer = new byte[SegmentSize + DocumentKey.TagSize];
        var (filled, number, chunk) = (0, 0u, begun);
        do
        {
            while (chunk.Length > 0)
            {
                if (filled == size) // there is more, so it is not the last
                {
                    yield return new Segment(buffer, filled, number, false);
                    number = number < uint.MaxValue ? number + 1 : throw new CryptoException("input stream is too large");
                    filled = 0;
                }
                var taken = Math.Min(size - filled, chunk.Length);
                chunk[..taken].CopyTo(buffer.AsMemory(filled));
                filled += taken;
                chunk = chunk[taken..];
            }
            if (!await rest.MoveNextAsync())
            {
                break;
            }
            chunk = rest.Current;
        } while (true);
        if (filled > 0)
        {
            yield return new Segment(buffer, filled, number, true);
        }
    }

    private readonly record struct Segment(byte[] Buffer, int Length, uint Number, bool Last);
}
