using Npgsql;
using NpgsqlTypes;
using Sidecar.Postgres;

namespace Sidecar.State.Drivers;

/// <summary>
/// <c>state.postgresql</c> in daprd's layouts. A transaction is one batch, so one round trip and one commit: a statement whose condition
/// does not hold divides by zero, which rolls back the transaction.
/// </summary>
internal sealed partial class PostgresStateStore : ITransactionalStateStore, IBulkStateStore, IKeyListing
{
    private readonly PostgresServer server;
    private readonly PostgresLayout layout;
    private readonly ILogger logger;
    private readonly ITimer? cleanup;
    private readonly string select,
        listFrom,
        listAfter;

    /// <param name="layout">The layout that the tables have already.</param>
    public PostgresStateStore(PostgresServer server, PostgresLayout layout, TimeSpan? cleanupInterval, TimeProvider time, ILogger logger)
    {
        (this.server, this.layout, this.logger) = (server, layout, logger);
        select = $"SELECT {layout.Selected} FROM {layout.Table} WHERE key = $1 AND {layout.Alive}";
        listFrom =
            $"SELECT {layout.Selected} FROM {layout.Table} WHERE key COLLATE \"C\" >= $1 AND key COLLATE \"C\" < $2 AND "
            + $"{layout.Alive} ORDER BY key COLLATE \"C\" LIMIT $3";
        listAfter = listFrom.Replace(">= $1", "> $1", StringComparison.Ordinal);
        if (cleanupInterval is { } interval)
        {
            cleanup = time.CreateTimer(_ => _ = CleanUpAsync(interval), null, interval, interval);
        }
    }

    public async ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellation)
    {
        await using var command = server.Source.CreateCommand(select);
        command.Parameters.Add(Text(key));
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? layout.Read(row) : null;
    }

    /// <summary>daprd checks neither option of a delete.</summary>
    public bool ChecksOptions(StateWriteKind kind, bool inTransaction) => kind == StateWriteKind.Upsert;

    public async ValueTask<IReadOnlyList<BulkItem>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellation)
    {
        await using var command = server.Source.CreateCommand(select.Replace("key = $1", "key = ANY($1)", StringComparison.Ordinal));
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys] });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<string, StateEntry>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellation))
        {
            found[row.GetString(0)] = layout.Read(row);
        }
        return [.. keys.Select(key => new BulkItem(key, found.GetValueOrDefault(key)))];
    }

    public async ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellation)
    {
        if (Unreadable(write) is { } invalid)
        {
            return invalid;
        }
        await using var command = server.Source.CreateCommand(SqlOf(write));
        AddParameters(command.Parameters, write);
        var changed = await command.ExecuteNonQueryAsync(cancellation);
        return IsConditional(write) && changed == 0 ? Failure(write) : null;
    }

    public async ValueTask<IReadOnlyList<StateFailure?>> WriteManyAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellation)
    {
        var failures = writes.Select(Unreadable).ToArray();
        await using var batch = server.Source.CreateBatch();
        var sent = writes.Index().Where(write => failures[write.Index] is null).ToList();
        foreach (var (_, write) in sent)
        {
            batch.BatchCommands.Add(Command(write, guarded: false));
        }
        if (sent.Count == 0)
        {
            return failures;
        }
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException)
        {
            // A write that the database refuses has rolled back all, so each is sent alone, and only that one fails.
            return await Task.WhenAll(writes.Select(write => WriteAsync(write, cancellation).AsTask()));
        }
        for (var i = 0; i < sent.Count; i++)
        {
            var (index, write) = sent[i];
            failures[index] = IsConditional(write) && batch.BatchCommands[i].RecordsAffected == 0 ? Failure(write) : null;
        }
        return failures;
    }

    public async ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellation)
    {
        if (writes.Count == 1)
        {
            return await WriteAsync(writes[0], cancellation);
        }
        if (writes.Select(Unreadable).FirstOrDefault(failure => failure is not null) is { } invalid)
        {
            return invalid;
        }
        await using var batch = server.Source.CreateBatch();
        foreach (var write in writes)
        {
            batch.BatchCommands.Add(Command(write, guarded: IsConditional(write)));
        }
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
            return null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DivisionByZero && e.BatchCommand is NpgsqlBatchCommand refused)
        {
            return Failure(writes[batch.BatchCommands.IndexOf(refused)]);
        }
    }

    public async ValueTask<IReadOnlyList<string>> ListKeysAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        [.. (await ListEntriesAsync(prefix, after, limit, cancellation)).Select(entry => entry.Key)];

    public async ValueTask<IReadOnlyList<KeyValuePair<string, StateEntry>>> ListEntriesAsync(
        string prefix,
        string? after,
        int limit,
        CancellationToken cancellation
    )
    {
        var isAfter = after is not null && string.CompareOrdinal(after, prefix) >= 0;
        await using var command = server.Source.CreateCommand(isAfter ? listAfter : listFrom);
        command.Parameters.Add(Text(isAfter ? after! : prefix));
        command.Parameters.Add(Text(prefix + "\U0010FFFF"));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var found = new List<KeyValuePair<string, StateEntry>>();
        while (await row.ReadAsync(cancellation))
        {
            found.Add(new(row.GetString(0), layout.Read(row)));
        }
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        if (cleanup is not null)
        {
            await cleanup.DisposeAsync();
        }
        await server.DisposeAsync();
    }

    private static bool IsConditional(StateWrite write) =>
        write.ETag is not null || write is { Kind: StateWriteKind.Upsert, FirstWrite: true };

    private static NpgsqlParameter Text(string text) => new NpgsqlParameter<string> { TypedValue = text };

    private StateFailure? Unreadable(StateWrite write) =>
        write.ETag is { } etag && layout.ETagParameter(etag) is null ? layout.Unreadable(write) : null;

    private string SqlOf(StateWrite write) =>
        write switch
        {
            { Kind: StateWriteKind.Delete, ETag: null } => layout.Delete,
            { Kind: StateWriteKind.Delete } => layout.DeleteIfMatch,
            { ETag: not null } => layout.Update,
            { FirstWrite: true } => layout.UpsertIfAbsent,
            _ => layout.Upsert,
        };

    private NpgsqlBatchCommand Command(StateWrite write, bool guarded)
    {
        var sql = SqlOf(write);
        var command = new NpgsqlBatchCommand(guarded ? $"WITH written AS ({sql} RETURNING 1) SELECT 1 / count(*) FROM written" : sql);
        AddParameters(command.Parameters, write);
        return command;
    }

    private void AddParameters(NpgsqlParameterCollection parameters, StateWrite write)
    {
        parameters.Add(Text(write.Key));
        if (write.Kind == StateWriteKind.Upsert)
        {
            parameters.Add(
                new NpgsqlParameter { Value = write.TimeToLive is { } ttl ? ttl : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval }
            );
            layout.AddValue(parameters, write);
        }
        if (write.ETag is { } etag)
        {
            parameters.Add(layout.ETagParameter(etag)!);
        }
    }

    private static StateFailure Failure(StateWrite write) =>
        (write.ETag, write.AsInDaprd) switch
        {
            (not null, _) => new(StateFailureKind.ETagMismatch, write.Key, "possible etag mismatch. error from state store"),
            (null, true) => new(StateFailureKind.Refused, write.Key, "no item was updated"),
            _ => new(StateFailureKind.KeyExists, write.Key, "no item was updated"),
        };

    /// <summary>Of several sidecars on one table only the first in an interval cleans up.</summary>
    private async Task CleanUpAsync(TimeSpan interval)
    {
        try
        {
            await using var turn = server.Source.CreateCommand(
                $"INSERT INTO {layout.MetadataTable} AS m (key, value) VALUES ('{layout.CleanupKey}', now()::text) ON "
                    + "CONFLICT (key) DO UPDATE SET value = now()::text WHERE (EXTRACT('epoch' FROM now() - m.value::timestamp "
                    + "with time zone) * 1000)::bigint > $1"
            );
            turn.Parameters.Add(new NpgsqlParameter<long> { TypedValue = (long)interval.TotalMilliseconds - 100 });
            if (await turn.ExecuteNonQueryAsync() > 0)
            {
                await using var delete = server.Source.CreateCommand(
                    $"DELETE FROM {layout.Table} WHERE {layout.Columns.Expires} IS NOT NULL AND {layout.Columns.Expires} < now()"
                );
                await delete.ExecuteNonQueryAsync();
            }
        }
        catch (Exception e) when (e is NpgsqlException or ObjectDisposedException)
        {
            LogCleanupFailed(e, layout.Table);
        }
    }

    [LoggerMessage(2021, LogLevel.Warning, "Expired rows of {Table} could not be removed; tried again after the next interval")]
    private partial void LogCleanupFailed(Exception failure, string table);
}
