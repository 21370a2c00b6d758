using Sidecar.Components;
using Sidecar.Cryptography.Keys;

namespace Sidecar.Cryptography;

/// <summary>A cryptography component: keys by name, which never leave this process. Read only; safe to call concurrently.</summary>
internal interface ICryptoProvider : IComponent
{
    /// <exception cref="CryptoException">There is no such key, or its data is invalid.</exception>
    ValueTask<CryptoKey> FindAsync(string name, CancellationToken cancellation);
}

/// <summary>A failed cryptographic operation. The message is daprd's and reaches the caller.</summary>
internal sealed class CryptoException(string message, Exception? inner = null) : Exception(message, inner);
