using System.Security.Cryptography;
using Sidecar.Components;
using Sidecar.Cryptography.Documents;
using Sidecar.Cryptography.Keys;
using Sidecar.Failures;
using Sidecar.Metrics;
using Sidecar.Resiliency;

namespace Sidecar.Cryptography;

/// <summary>Options for the encryption of a document.</summary>
/// <param name="Cipher">Null: AES-GCM.</param>
/// <param name="DecryptionKeyName">The key that the document names; empty for the encryption key.</param>
internal sealed record EncryptionOptions(string KeyName, string Algorithm, string? Cipher, bool OmitKeyName, string DecryptionKeyName);

/// <summary>
/// The cryptography building block of one app, independent of the transport. The call itself reports an invalid request (<see
/// cref="DaprException"/>); reading the result reports an invalid stream (<see cref="CryptoException"/>).
/// </summary>
internal sealed class CryptographyApi(string appId, ComponentSet components, PolicyBook policies, TimeProvider time)
{
    /// <summary>The component, checked for before anything of the request is looked at.</summary>
    public ICryptoProvider Demand(string component)
    {
        if (components.Of<ICryptoProvider>().Count == 0)
        {
            throw CryptographyErrors.ProvidersNotConfigured();
        }
        if (component.Length == 0)
        {
            throw DaprErrors.BadRequest("missing component name");
        }
        return components.Of<ICryptoProvider>().GetValueOrDefault(component) ?? throw CryptographyErrors.ProviderNotFound(component);
    }

    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> EncryptAsync(
        string component,
        EncryptionOptions options,
        IAsyncEnumerator<ReadOnlyMemory<byte>> plaintext,
        CancellationToken cancellation
    )
    {
        var provider = Demand(component);
        var algorithm = options.Algorithm.ToUpperInvariant();
        if (WrapAlgorithm.Find(algorithm) is not { } wrap)
        {
            throw CryptographyErrors.OperationFailed($"option Algorithm is not valid: algorithm {algorithm} is not supported");
        }
        var cipher = Cipher(options.Cipher?.ToUpperInvariant());
        var random = RandomNumberGenerator.GetBytes(DocumentKey.Size);
        var prefix = RandomNumberGenerator.GetBytes(DocumentKey.NoncePrefixSize);
        var wrapped = await WrapAsync(component, provider, random, wrap, options.KeyName, cancellation);
        var named =
            options.OmitKeyName ? ""
            : options.DecryptionKeyName.Length > 0 ? options.DecryptionKeyName
            : options.KeyName;
        return EncryptionScheme.EncryptAsync(
            new DocumentManifest(named, wrap, wrapped, cipher, prefix),
            new DocumentKey(random, prefix, cipher),
            plaintext
        );
    }

    /// <param name="keyName">Empty: the key that the document names.</param>
    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> DecryptAsync(
        string component,
        string keyName,
        IAsyncEnumerator<ReadOnlyMemory<byte>> document,
        CancellationToken cancellation
    )
    {
        var provider = Demand(component);
        try
        {
            var (header, rest) = await DocumentHeader.ReadAsync(document);
            var name = keyName.Length > 0 ? keyName : header.Manifest.KeyName;
            if (name.Length == 0)
            {
                throw new CryptoException("document's manifest does not contain a key name, and no key name was provided");
            }
            var key = new DocumentKey(
                await UnwrapAsync(component, provider, header.Manifest, name, cancellation),
                header.Manifest.NoncePrefix,
                header.Manifest.Cipher
            );
            if (!header.IsSignedBy(key))
            {
                key.Dispose();
                throw new CryptoException("failed to validate the document's signature");
            }
            return EncryptionScheme.DecryptAsync(key, rest, document);
        }
        catch (CryptoException e)
        {
            throw CryptographyErrors.OperationFailed(e.Message);
        }
    }

    private async Task<byte[]> WrapAsync(
        string component,
        ICryptoProvider provider,
        byte[] random,
        string algorithm,
        string keyName,
        CancellationToken cancellation
    )
    {
        try
        {
            return await GuardAsync(
                component,
                async limit => KeyWrapping.Wrap(random, algorithm, await ForWrapping(provider, keyName, limit)),
                cancellation
            );
        }
        catch (Exception e) when (e is CryptoException or TimeoutException or CircuitBreakerRefusedException)
        {
            throw CryptographyErrors.OperationFailed($"failed to wrap the file key: {e.Message}");
        }
    }

    /// <summary>A missing key has the same error as a wrong one, so that the caller cannot list the keys.</summary>
    private async Task<byte[]> UnwrapAsync(
        string component,
        ICryptoProvider provider,
        DocumentManifest manifest,
        string keyName,
        CancellationToken cancellation
    )
    {
        try
        {
            var key = await GuardAsync(
                component,
                async limit => KeyWrapping.Unwrap(manifest.WrappedKey, manifest.Algorithm, await ForWrapping(provider, keyName, limit)),
                cancellation
            );
            return key.Length == DocumentKey.Size ? key : new byte[DocumentKey.Size];
        }
        catch (Exception e) when (e is CryptoException or TimeoutException or CircuitBreakerRefusedException)
        {
            return new byte[DocumentKey.Size];
        }
    }

    private async Task<byte[]> GuardAsync(string component, Func<CancellationToken, ValueTask<byte[]>> work, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        var succeeded = false;
        try
        {
            var result = await policies.Outbound(component, ComponentKind.Crypto).RunAsync(work, cancellation);
            succeeded = true;
            return result;
        }
        finally
        {
            ComponentMeter.CryptoDone(appId, component, "crypto_op", succeeded, time.GetElapsedTime(begun));
        }
    }

    private static async ValueTask<CryptoKey> ForWrapping(ICryptoProvider provider, string name, CancellationToken cancellation)
    {
        try
        {
            return await provider.FindAsync(name, cancellation);
        }
        catch (CryptoException e)
        {
            throw new CryptoException($"failed to retrieve the key encryption key: {e.Message}", e);
        }
    }

    private static DocumentCipher Cipher(string? name) =>
        name switch
        {
            null or "" or "AES-GCM" => DocumentCipher.AesGcm,
            "CHACHA20-POLY1305" => DocumentCipher.ChaCha20Poly1305,
            _ => throw CryptographyErrors.OperationFailed($"option Cipher is not valid: cipher {name} is not supported"),
        };
}
