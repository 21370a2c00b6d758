using Sidecar.Components;

namespace Sidecar.Cryptography.Drivers;

/// <summary>Reads the metadata of cryptography components and opens them.</summary>
internal static class CryptoDrivers
{
    public static OpenComponent LocalStorage(DriverContext context)
    {
        var given = context.Properties.Required("path", "./keys");
        return _ =>
        {
            var path = context.PathOf(given);
            return Directory.Exists(path) ? new(new OpenedComponent(new KeyFolder(path)))
                : File.Exists(path) ? throw new IOException($"path '{given}' is not a directory")
                : throw new IOException($"could not stat path '{given}': no such file or directory");
        };
    }

    public static OpenComponent Jwks(DriverContext context)
    {
        var location = context.Properties.Required("jwks", "https://example.com/.well-known/jwks.json");
        var timeout = AtLeast(
            context.Properties.Duration("requestTimeout", TimeSpan.Zero),
            TimeSpan.FromMilliseconds(1),
            TimeSpan.FromSeconds(30)
        );
        var interval = AtLeast(
            context.Properties.Duration("minRefreshInterval", TimeSpan.Zero),
            TimeSpan.FromSeconds(1),
            TimeSpan.FromMinutes(10)
        );
        return async cancellation =>
        {
            var keys = From(location, timeout, interval, context);
            await keys.OpenAsync(cancellation);
            return new OpenedComponent(keys);
        };
    }

    private static KeySet From(string location, TimeSpan timeout, TimeSpan interval, DriverContext context)
    {
        var logger = context.Loggers.CreateLogger<KeySet>();
        if (location.StartsWith("https://", StringComparison.Ordinal) || location.StartsWith("http://", StringComparison.Ordinal))
        {
            var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { Timeout = timeout };
            return new KeySet(
                context.Name,
                cancellation => client.GetByteArrayAsync(location, cancellation),
                () => new object(),
                interval,
                context.Time,
                logger,
                client
            );
        }
        var file = context.PathOf(location);
        return File.Exists(file)
            ? new KeySet(
                context.Name,
                cancellation => File.ReadAllBytesAsync(file, cancellation),
                () => File.GetLastWriteTimeUtc(file),
                TimeSpan.Zero,
                context.Time,
                logger
            )
            : new KeySet(context.Name, _ => Task.FromResult(KeySet.Decode(location)), () => location, TimeSpan.Zero, context.Time, logger);
    }

    private static TimeSpan AtLeast(TimeSpan given, TimeSpan least, TimeSpan fallback) => given < least ? fallback : given;
}
