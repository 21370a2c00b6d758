using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sidecar.Cryptography.Documents;

/// <summary>
/// The random key of one document, and the two derived from it: one signs the header, the other encrypts the segments. Source: "Dapr
/// encryption scheme v1" (<c>dapr.io/enc/v1</c>).
/// </summary>
internal sealed class DocumentKey : IDisposable
{
    public const int Size = 32; // bytes
    public const int NoncePrefixSize = 7;
    public const int TagSize = 16;
    private const int NonceSize = 12;

    private readonly byte[] signing;
    private readonly byte[] noncePrefix;
    private readonly AesGcm? aes;
    private readonly ChaCha20Poly1305? chacha;

    public DocumentKey(byte[] key, byte[] noncePrefix, DocumentCipher cipher)
    {
        this.noncePrefix = noncePrefix;
        signing = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Size, info: "header"u8.ToArray());
        var payload = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Size, noncePrefix, "payload"u8.ToArray());
        if (cipher == DocumentCipher.AesGcm)
        {
            aes = new AesGcm(payload, TagSize);
        }
        else
        {
            chacha = new ChaCha20Poly1305(payload);
        }
    }

    public byte[] Sign(ReadOnlySpan<byte> header) => HMACSHA256.HashData(signing, header);

    /// <summary>Turns the first <paramref name="length"/> bytes into cipher text; the tag follows them.</summary>
    public void Encrypt(Span<byte> segment, int length, uint number, bool last)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, number, last);
        var text = segment[..length];
        var tag = segment.Slice(length, TagSize);
        aes?.Encrypt(nonce, text, text, tag);
        chacha?.Encrypt(nonce, text, text, tag);
    }

    /// <summary>Decrypts a segment, whose last bytes are its tag.</summary> <exception cref="CryptographicException">The segment was
    /// changed or moved.</exception>
    public void Decrypt(Span<byte> segment, uint number, bool last)
    {
        if (segment.Length < TagSize)
        {
            throw new CryptographicException("a segment is shorter than its tag");
        }
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, number, last);
        var text = segment[..^TagSize];
        var tag = segment[^TagSize..];
        aes?.Decrypt(nonce, text, tag, text);
        chacha?.Decrypt(nonce, text, tag, text);
    }

    public void Dispose()
    {
        aes?.Dispose();
        chacha?.Dispose();
    }

    private void WriteNonce(Span<byte> nonce, uint number, bool last)
    {
        noncePrefix.CopyTo(nonce);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[NoncePrefixSize..], number);
        nonce[^1] = last ? (byte)1 : (byte)0;
    }
}
