using Sidecar.Loops;
using Sidecar.Resources;
using Sidecar.Sqlite;

namespace Sidecar.Names;

/// <summary>
/// <c>nameresolution.sqlite</c>: a row per sidecar in a shared file, in Dapr's layout, so that a daprd may share it. A row that has not
/// been renewed for an update interval is ignored. The token still decides about access.
/// </summary>
internal sealed partial class SqliteNames : INameResolver
{
    private readonly SqliteNamesOptions options;
    private readonly SqliteDatabase database;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly string registration = Guid.NewGuid().ToString();
    private BackgroundLoop? renewing; // null until the sidecar is announced
    private int disposed;

    public SqliteNames(SqliteNamesOptions options, TimeProvider time, ILogger logger)
    {
        (this.options, this.time, this.logger) = (options, time, logger);
        database = SqliteDatabase.At(options.Path.Length == 0 ? ":memory:" : options.Path);
    }

    public async Task AnnounceAsync(string appId, int port, CancellationToken cancellation)
    {
        var address = $"127.0.0.1:{port}";
        await database.WriteAsync(session =>
        {
            session.Execute($"CREATE TABLE IF NOT EXISTS {options.MetadataTable} (key text NOT NULL PRIMARY KEY, value text NOT NULL)");
            session.Execute(
                $"CREATE TABLE IF NOT EXISTS {options.Table} (registration_id TEXT NOT NULL PRIMARY KEY, address TEXT NOT "
                    + "NULL, app_id TEXT NOT NULL, namespace TEXT NOT NULL, last_update INTEGER NOT NULL)"
            );
            session.Execute($"CREATE UNIQUE INDEX IF NOT EXISTS {options.Table}_address_idx ON {options.Table} (address)");
            session.Execute($"CREATE INDEX IF NOT EXISTS {options.Table}_last_update_idx ON {options.Table} (last_update)");
            session.Execute($"INSERT OR IGNORE INTO {options.MetadataTable} (key, value) VALUES ('nr-migrations', '1')");
            return session.Execute(
                $"REPLACE INTO {options.Table} (registration_id, address, app_id, namespace, last_update) VALUES (?1, ?2, ?3, '', ?4)",
                registration,
                address,
                appId,
                Now()
            );
        });
        renewing = BackgroundLoop.Start($"The renewal of the registration in {options.Path}", RenewAsync, time, logger);
    }

    public ValueTask<Uri?> FindAsync(string appId) =>
        database.ReadAsync(session =>
        {
            using var row = session.Query(
                $"SELECT address FROM {options.Table} WHERE app_id = ?1 AND last_update > ?2 ORDER BY random() LIMIT 1",
                appId,
                Now() - Seconds(options.UpdateInterval)
            );
            return row.Read() ? new Uri("http://" + row.GetString(0)) : null;
        });

    public void Forget()
    {
        // Every look-up reads the table.
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }
        if (renewing is not null)
        {
            await renewing.DisposeAsync();
            await database.WriteAsync(session => session.Execute($"DELETE FROM {options.Table} WHERE registration_id = ?1", registration));
        }
        await database.DisposeAsync();
    }

    private async Task RenewAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.UpdateInterval - options.Timeout, time);
        var cleaned = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stopping))
        {
            await RenewOnceAsync();
            if (time.GetElapsedTime(cleaned) > options.CleanupInterval)
            {
                cleaned = time.GetTimestamp();
                await database.WriteAsync(session =>
                    session.Execute($"DELETE FROM {options.Table} WHERE last_update < ?1", Now() - Seconds(options.UpdateInterval))
                );
            }
        }
    }

    private async Task RenewOnceAsync()
    {
        try
        {
            if (
                await database.WriteAsync(session =>
                    session.Execute($"UPDATE {options.Table} SET last_update = ?1 WHERE registration_id = ?2", Now(), registration)
                ) == 0
            )
            {
                LogLost(options.Path);
            }
        }
        catch (Microsoft.Data.Sqlite.SqliteException e)
        {
            LogNotRenewed(e, options.Path); // the next tick is another chance
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();

    private static long Seconds(TimeSpan duration) => (long)duration.TotalSeconds;

    [LoggerMessage(1101, LogLevel.Error, "The registration in {File} was lost: another sidecar uses the address")]
    private partial void LogLost(string file);

    [LoggerMessage(1102, LogLevel.Error, "The registration in {File} could not be renewed")]
    private partial void LogNotRenewed(Exception failure, string file);
}
