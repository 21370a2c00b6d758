using System.Globalization;
using Microsoft.Data.Sqlite;
using Sidecar.Loops;
using Sidecar.Sqlite;

namespace Sidecar.State.Drivers;

/// <summary>
/// <c>state.sqlite</c> in daprd's table layout, so that either sidecar can use the other's file. Values are stored unchanged; daprd stores
/// values from gRPC in base64 with <c>is_binary</c>, which is read here.
/// </summary>
internal sealed class SqliteStateStore : ITransactionalStateStore, IKeyListing, IUnhurriedDeletes
{
    private readonly SqliteDatabase database;
    private readonly string select,
        upsert,
        insertFirst,
        update,
        delete,
        deleteIfMatch,
        listFrom,
        listAfter;
    private readonly BackgroundLoop? cleanup;

    private SqliteStateStore(SqliteDatabase database, string table, TimeSpan? cleanupInterval, TimeProvider time, ILogger logger)
    {
        this.database = database;
        const string alive = "(expiration_time IS NULL OR expiration_time > CURRENT_TIMESTAMP)";
        const string expiry = "CASE WHEN ?4 IS NULL THEN NULL ELSE DATETIME(CURRENT_TIMESTAMP, '+' || ?4 || ' seconds') END";
        select = $"SELECT value, is_binary, etag, expiration_time FROM {table} WHERE key = ?1 AND {alive}";
        upsert =
            $"INSERT OR REPLACE INTO {table} (key, value, is_binary, etag, update_time, expiration_time) VALUES (?1, ?2, 0, "
            + $"?3, CURRENT_TIMESTAMP, {expiry})";
        insertFirst =
            $"INSERT OR REPLACE INTO {table} (key, value, is_binary, etag, update_time, expiration_time) SELECT ?1, ?2, 0, "
            + $"?3, CURRENT_TIMESTAMP, {expiry} WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE key = ?1 AND {alive})";
        update =
            $"UPDATE {table} SET value = ?2, is_binary = 0, etag = ?3, update_time = CURRENT_TIMESTAMP, expiration_time = "
            + $"{expiry} WHERE key = ?1 AND etag = ?5 AND {alive}";
        delete = $"DELETE FROM {table} WHERE key = ?1";
        deleteIfMatch = $"DELETE FROM {table} WHERE key = ?1 AND etag = ?2 AND {alive}";
        // One lower bound each: given two, SQLite may start at the looser one and scan the whole table.
        listFrom =
            $"SELECT value, is_binary, etag, expiration_time, key FROM {table} WHERE key >= ?1 AND key < ?2 AND {alive} ORDER "
            + "BY key LIMIT ?3";
        listAfter =
            $"SELECT value, is_binary, etag, expiration_time, key FROM {table} WHERE key > ?1 AND key < ?2 AND {alive} ORDER "
            + "BY key LIMIT ?3";
        if (cleanupInterval is { } interval)
        {
            var expired = $"DELETE FROM {table} WHERE expiration_time IS NOT NULL AND expiration_time < CURRENT_TIMESTAMP";
            cleanup = BackgroundLoop.Start(
                $"The removal of expired rows of {table}",
                async stopping =>
                {
                    using var timer = new PeriodicTimer(interval, time);
                    while (await timer.WaitForNextTickAsync(stopping))
                    {
                        await database.WriteAsync(session => session.Execute(expired));
                    }
                },
                time,
                logger
            );
        }
    }

    /// <summary>
    /// Creates missing tables, with the rows that <paramref name="migration"/> finds in an older file. The store owns
    /// <paramref name="database"/>, which is closed if opening fails.
    /// </summary>
    public static async Task<SqliteStateStore> OpenAsync(
        SqliteDatabase database,
        string table,
        string metadataTable,
        SqliteMigration? migration,
        TimeSpan? cleanupInterval,
        TimeProvider time,
        ILogger logger
    )
    {
        try
        {
            migration?.Perform(database, session => CreateTables(session, table, metadataTable), table);
            await database.WriteAsync(session => CreateTables(session, table, metadataTable));
            return new SqliteStateStore(database, table, cleanupInterval, time, logger);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellation) =>
        database.ReadAsync(session =>
        {
            using var row = session.Query(select, key);
            return row.Read() ? Entry(row) : null;
        });

    public ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellation) =>
        new(database.WriteOneAsync(session => Apply(session, write)));

    public async ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellation)
    {
        try
        {
            return await database.WriteAsync(session =>
            {
                foreach (var write in writes)
                {
                    if (Apply(session, write) is { } failure)
                    {
                        throw new Refused(failure); // rolls back the writes of this transaction
                    }
                }
                return (StateFailure?)null;
            });
        }
        catch (Refused refused)
        {
            return refused.Failure;
        }
    }

    public Task DeleteLaterAsync(IReadOnlyList<string> keys) =>
        Task.WhenAll(keys.Select(key => database.WriteLaterAsync(session => session.Execute(delete, key))));

    public async ValueTask<IReadOnlyList<string>> ListKeysAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        [.. (await ListEntriesAsync(prefix, after, limit, cancellation)).Select(entry => entry.Key)];

    public ValueTask<IReadOnlyList<KeyValuePair<string, StateEntry>>> ListEntriesAsync(
        string prefix,
        string? after,
        int limit,
        CancellationToken cancellation
    ) =>
        database.ReadAsync<IReadOnlyList<KeyValuePair<string, StateEntry>>>(session =>
        {
            var found = new List<KeyValuePair<string, StateEntry>>();
            var isAfter = after is not null && string.CompareOrdinal(after, prefix) >= 0;
            using var row = session.Query(isAfter ? listAfter : listFrom, isAfter ? after : prefix, prefix + "\U0010FFFF", limit);
            while (row.Read())
            {
                found.Add(new(row.GetString(4), Entry(row)));
            }
            return found;
        });

    public async ValueTask DisposeAsync()
    {
        if (cleanup is not null)
        {
            await cleanup.DisposeAsync();
        }
        await database.DisposeAsync();
    }

    private static int CreateTables(SqliteSession session, string table, string metadataTable)
    {
        session.Execute($"CREATE TABLE IF NOT EXISTS {metadataTable} (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)");
        session.Execute(
            $"CREATE TABLE IF NOT EXISTS {table} (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, is_binary BOOLEAN "
                + "NOT NULL, etag TEXT NOT NULL, expiration_time TIMESTAMP DEFAULT NULL, update_time TIMESTAMP NOT NULL "
                + "DEFAULT CURRENT_TIMESTAMP)"
        );
        session.Execute($"CREATE INDEX IF NOT EXISTS {table}_expiration ON {table} (expiration_time) WHERE expiration_time IS NOT NULL");
        // daprd counts its migrations here; both of them lead to the layout above.
        return session.Execute($"INSERT OR IGNORE INTO {metadataTable} (key, value) VALUES ('migrations', '1')");
    }

    private StateFailure? Apply(SqliteSession session, StateWrite write)
    {
        if (write.Kind == StateWriteKind.Delete)
        {
            return write.ETag is null ? Done(session.Execute(delete, write.Key))
                : session.Execute(deleteIfMatch, write.Key, write.ETag) > 0 ? null
                : Mismatch(write);
        }
        var etag = Guid.NewGuid().ToString();
        object? ttl = write.TimeToLive is { } span ? (long)span.TotalSeconds : null;
        var value = write.Value.ToArray();
        if (write.ETag is not null)
        {
            return session.Execute(update, write.Key, value, etag, ttl, write.ETag) > 0 ? null : Mismatch(write);
        }
        if (write.FirstWrite)
        {
            return session.Execute(insertFirst, write.Key, value, etag, ttl) > 0
                ? null
                : new StateFailure(StateFailureKind.KeyExists, write.Key, "possible etag mismatch. error from state store");
        }
        return Done(session.Execute(upsert, write.Key, value, etag, ttl));
    }

    private static StateFailure? Done(int _) => null;

    private static StateFailure Mismatch(StateWrite write) =>
        new(StateFailureKind.ETagMismatch, write.Key, "possible etag mismatch. error from state store");

    private static StateEntry Entry(SqliteDataReader row)
    {
        var value = row.GetFieldValue<byte[]>(0);
        if (row.GetBoolean(1))
        {
            value = Convert.FromBase64String(System.Text.Encoding.ASCII.GetString(value));
        }
        DateTimeOffset? expires = row.IsDBNull(3)
            ? null
            : DateTimeOffset.Parse(row.GetString(3), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return new StateEntry(value, row.GetString(2), expires);
    }

    private sealed class Refused(StateFailure failure) : Exception(failure.Message)
    {
        public StateFailure Failure { get; } = failure;
    }
}
