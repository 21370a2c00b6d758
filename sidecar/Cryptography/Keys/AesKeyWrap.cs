using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sidecar.Cryptography.Keys;

/// <summary>AES Key Wrap with the default initial value (RFC 3394, the indexed form of its section 2.2).</summary>
internal static class AesKeyWrap
{
    private const int Block = 8;
    private const int Rounds = 6;
    private const ulong InitialValue = 0xA6A6A6A6A6A6A6A6;

    /// <exception cref="CryptoException">The plaintext is not a whole number of blocks, two at least.</exception>
    public static byte[] Wrap(byte[] key, ReadOnlySpan<byte> plaintext)
    {
        if (plaintext.Length % Block != 0 || plaintext.Length < 2 * Block)
        {
            throw new CryptoException("cek must be in 8-byte blocks");
        }
        using var aes = Aes.Create();
        aes.Key = key;
        var wrapped = new byte[plaintext.Length + Block];
        plaintext.CopyTo(wrapped.AsSpan(Block));
        var (check, blocks) = (InitialValue, plaintext.Length / Block);
        Span<byte> both = stackalloc byte[2 * Block];
        for (var step = 1; step <= Rounds * blocks; step++)
        {
            var register = wrapped.AsSpan((((step - 1) % blocks) + 1) * Block, Block);
            BinaryPrimitives.WriteUInt64BigEndian(both, check);
            register.CopyTo(both[Block..]);
            aes.EncryptEcb(both, both, PaddingMode.None);
            check = BinaryPrimitives.ReadUInt64BigEndian(both) ^ (ulong)step;
            both[Block..].CopyTo(register);
        }
        BinaryPrimitives.WriteUInt64BigEndian(wrapped, check);
        return wrapped;
    }

    /// <exception cref="CryptoException">It was not wrapped under this key, or has been changed.</exception>
    public static byte[] Unwrap(byte[] key, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length % Block != 0 || wrapped.Length < 3 * Block)
        {
            throw new CryptoException("wrapped key must be in 8-byte blocks");
        }
        using var aes = Aes.Create();
        aes.Key = key;
        var plaintext = wrapped[Block..].ToArray();
        var (check, blocks) = (BinaryPrimitives.ReadUInt64BigEndian(wrapped), plaintext.Length / Block);
        Span<byte> both = stackalloc byte[2 * Block];
        for (var step = Rounds * blocks; step >= 1; step--)
        {
            var register = plaintext.AsSpan((step - 1) % blocks * Block, Block);
            BinaryPrimitives.WriteUInt64BigEndian(both, check ^ (ulong)step);
            register.CopyTo(both[Block..]);
            aes.DecryptEcb(both, both, PaddingMode.None);
            check = BinaryPrimitives.ReadUInt64BigEndian(both);
            both[Block..].CopyTo(register);
        }
        return check == InitialValue ? plaintext : throw new CryptoException("integrity check failed - unexpected IV");
    }
}
