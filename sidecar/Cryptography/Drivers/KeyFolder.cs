using Sidecar.Cryptography.Keys;

namespace Sidecar.Cryptography.Drivers;

/// <summary>
/// <c>crypto.dapr.localstorage</c>: a folder with a file per key (PEM, JWK or bytes); a key's name is its file's. Files are read at each
/// use.
/// </summary>
internal sealed class KeyFolder(string path) : ICryptoProvider
{
    public async ValueTask<CryptoKey> FindAsync(string name, CancellationToken cancellation)
    {
        if (name.Contains("..", StringComparison.Ordinal))
        {
            throw new CryptoException("invalid key path: cannot contain '..'");
        }
        var file = Path.Join(path, name); // unlike Path.Combine, never out of the folder
        var bytes = await ReadAsync(file, name, cancellation);
        try
        {
            return KeyReader.Read(
                bytes,
                Path.GetExtension(file).ToLowerInvariant() switch
                {
                    ".json" => KeyFormat.Jwk,
                    ".pem" => KeyFormat.Pem,
                    _ => KeyFormat.Unknown,
                }
            );
        }
        catch (CryptoException e)
        {
            throw new CryptoException($"failed to parse key from secret: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<byte[]> ReadAsync(string file, string name, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(file, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var why = e switch
            {
                _ when Directory.Exists(file) => $"read {file}: is a directory",
                FileNotFoundException or DirectoryNotFoundException => $"open {file}: no such file or directory",
                UnauthorizedAccessException => $"open {file}: permission denied",
                ArgumentException => $"open {file}: invalid argument",
                _ => e.Message,
            };
            throw new CryptoException($"failed to load key '{name}': {why}", e);
        }
    }
}
