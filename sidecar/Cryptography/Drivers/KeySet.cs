using System.Text;
using Sidecar.Cryptography.Keys;

namespace Sidecar.Cryptography.Drivers;

/// <summary>
/// <c>crypto.dapr.jwks</c>: a JSON Web Key Set, given inline, by file or by URL. A key's name is its <c>kid</c>. A file is read again after
/// a change, a URL every <paramref name="refreshAfter"/>; the old keys stay if that fails.
/// </summary>
internal sealed partial class KeySet(
    string name,
    Func<CancellationToken, Task<byte[]>> read,
    Func<object> version,
    TimeSpan refreshAfter,
    TimeProvider time,
    ILogger logger,
    IDisposable? source = null
) : ICryptoProvider
{
    private readonly SemaphoreSlim refreshing = new(1); // guards the fields below; keys may be read without it
    private volatile IReadOnlyList<CryptoKey> keys = [];
    private object? known;
    private long checkedAt;

    /// <summary>The first reading, which has to succeed.</summary>
    public async Task OpenAsync(CancellationToken cancellation) => await ReadAsync(version(), cancellation);

    public async ValueTask<CryptoKey> FindAsync(string name, CancellationToken cancellation)
    {
        await RefreshAsync(cancellation);
        return keys.FirstOrDefault(key => key.Id == name) ?? throw new CryptoException("key not found");
    }

    public ValueTask DisposeAsync()
    {
        refreshing.Dispose();
        source?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task RefreshAsync(CancellationToken cancellation)
    {
        await refreshing.WaitAsync(cancellation);
        try
        {
            if (time.GetElapsedTime(checkedAt) >= refreshAfter && version() is var now && !now.Equals(known))
            {
                await ReadAsync(now, cancellation);
            }
        }
        catch (Exception e)
            when (e is IOException or HttpRequestException or UnauthorizedAccessException or CryptoException
                || (e is OperationCanceledException && !cancellation.IsCancellationRequested)
            )
        {
            LogStale(name, e.Message);
        }
        finally
        {
            refreshing.Release();
        }
    }

    private async Task ReadAsync(object now, CancellationToken cancellation)
    {
        (checkedAt, known) = (time.GetTimestamp(), now);
        keys = Parse(await read(cancellation));
    }

    private static IReadOnlyList<CryptoKey> Parse(byte[] bytes)
    {
        try
        {
            return JwkReader.ReadSet(Encoding.UTF8.GetString(bytes));
        }
        catch (CryptoException e)
        {
            throw new CryptoException($"failed to parse JWKS: {e.Message}", e);
        }
    }

    /// <summary>A set inline in the metadata, in JSON or in base64.</summary>
    public static byte[] Decode(string text) => LenientBase64.Decode(text) ?? Encoding.UTF8.GetBytes(text);

    [LoggerMessage(1130, LogLevel.Warning, "Error while refreshing the keys of {Component}: {Problem}")]
    private partial void LogStale(string component, string problem);
}
