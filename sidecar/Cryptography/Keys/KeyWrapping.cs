using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Sidecar.Cryptography.Keys;

/// <summary>
/// Encrypts the key of a document under a key of a component. daprd's local components support these two algorithms; the AES-CBC algorithms
/// that its scheme names as well fail there as here. Microsoft.IdentityModel wraps by RSA-OAEP with SHA-1 only, so .NET does it.
/// </summary>
internal static class KeyWrapping
{
    private const int KeySize = 32; // bytes

    /// <exception cref="CryptoException">The key may not or can't do it.</exception>
    public static byte[] Wrap(byte[] plaintext, string algorithm, CryptoKey key)
    {
        Demand(key, "wrapKey", algorithm);
        try
        {
            switch (algorithm)
            {
                case WrapAlgorithm.A256Kw:
                    using (var aes = Aes(key))
                    {
                        return aes.WrapKey(plaintext);
                    }
                case WrapAlgorithm.RsaOaep256:
                    using (var rsa = Rsa(key))
                    {
                        return rsa.Encrypt(plaintext, RSAEncryptionPadding.OaepSHA256);
                    }
                default:
                    throw new CryptoException("unsupported algorithm");
            }
        }
        catch (Exception e) when (e is CryptoException or CryptographicException or SecurityTokenKeyWrapException or ArgumentException)
        {
            throw new CryptoException($"failed to encrypt data: {e.Message}", e);
        }
    }

    /// <exception cref="CryptoException">The key may not or can't do it, or is not the one it was wrapped with.</exception>
    public static byte[] Unwrap(byte[] wrapped, string algorithm, CryptoKey key)
    {
        Demand(key, "unwrapKey", algorithm);
        try
        {
            switch (algorithm)
            {
                case WrapAlgorithm.A256Kw:
                    using (var aes = Aes(key))
                    {
                        return aes.UnwrapKey(wrapped);
                    }
                case WrapAlgorithm.RsaOaep256:
                    using (var rsa = Rsa(key))
                    {
                        return rsa.Decrypt(wrapped, RSAEncryptionPadding.OaepSHA256);
                    }
                default:
                    throw new CryptoException("unsupported algorithm");
            }
        }
        catch (Exception e) when (e is CryptoException or CryptographicException or SecurityTokenKeyWrapException or ArgumentException)
        {
            throw new CryptoException($"failed to decrypt data: {e.Message}", e);
        }
    }

    private static void Demand(CryptoKey key, string operation, string algorithm)
    {
        if (!key.Permits(operation))
        {
            throw new CryptoException($"key cannot perform the '{operation}' operation");
        }
        if (!key.Permits(operation, algorithm))
        {
            throw new CryptoException($"key cannot be used with algorithm '{algorithm}'");
        }
    }

    /// <summary>AES Key Wrap with the default initial value (RFC 3394).</summary>
    private static SymmetricKeyWrapProvider Aes(CryptoKey key) =>
        key.Secret is { Length: KeySize } secret
            ? new(new SymmetricSecurityKey(secret), SecurityAlgorithms.Aes256KeyWrap)
            : throw Mismatch();

    private static RSA Rsa(CryptoKey key) => key.Rsa is { } parameters ? RSA.Create(parameters) : throw Mismatch();

    private static CryptoException Mismatch() => new("key type mismatch");
}
