using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Sidecar.Components;

namespace Sidecar.State.Drivers;

/// <summary>
/// The table of a <c>state.postgresql</c> store in daprd's layout: version 1 has values in <c>jsonb</c> and PostgreSQL's own row version
/// (<c>xmin</c>) as the ETag, version 2 has bytes and a random <c>etag</c>.
/// </summary>
internal abstract class PostgresLayout(string table, string metadataTable)
{
    public string Table => table;

    public string MetadataTable => metadataTable;

    /// <summary>The key of the layout's level in the metadata table, and this layout's level.</summary>
    public abstract (string Key, int Level) Migration { get; }

    public abstract string CleanupKey { get; }

    /// <summary>Column names: when a row expires, and the ETag as text.</summary>
    public abstract (string Expires, string ETag) Columns { get; }

    public abstract string CreateTable { get; }

    /// <summary>Columns of a stored entry in the order <see cref="Read"/> takes them.</summary>
    public abstract string Selected { get; }

    public string Alive => $"({Columns.Expires} IS NULL OR {Columns.Expires} >= now())";

    /// <summary>$1 key, $2 value, $3 time to live, and the parameters of <see cref="AddValue"/>.</summary>
    public abstract string Upsert { get; }

    public string UpsertIfAbsent => $"{Upsert} WHERE s.{Columns.Expires} IS NOT NULL AND s.{Columns.Expires} < now()";

    /// <summary>Like <see cref="Upsert"/>, with the ETag last.</summary>
    public abstract string Update { get; }

    public string Delete => $"DELETE FROM {Table} WHERE key = $1";

    public abstract string DeleteIfMatch { get; }

    public abstract void AddValue(NpgsqlParameterCollection parameters, StateWrite write);

    /// <summary>Null if <paramref name="etag"/> is invalid in this layout.</summary>
    public abstract NpgsqlParameter? ETagParameter(string etag);

    /// <summary>daprd's message for such an ETag.</summary>
    public abstract StateFailure Unreadable(StateWrite write);

    public abstract StateEntry Read(NpgsqlDataReader row);

    protected static DateTimeOffset? Expiry(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : new DateTimeOffset(row.GetDateTime(column), TimeSpan.Zero);
}

/// <summary>Version 1. A JSON value is stored as JSON, every other one as a text in base64.</summary>
internal sealed class PostgresLayout1(string table, string metadataTable) : PostgresLayout(table, metadataTable)
{
    public override (string Key, int Level) Migration => ("migrations", 3);

    public override string CleanupKey => "last-cleanup";

    public override (string Expires, string ETag) Columns => ("expiredate", "xmin");

    public override string CreateTable =>
        $"""
            CREATE TABLE IF NOT EXISTS {Table} (
              key text NOT NULL PRIMARY KEY, value jsonb NOT NULL, isbinary boolean NOT NULL,
              insertdate timestamp with time zone NOT NULL DEFAULT now(), updatedate timestamp with time zone NULL);
            ALTER TABLE {Table} ADD COLUMN IF NOT EXISTS expiredate timestamp with time zone;
            """;

    public override string Selected => "key, value::text, isbinary, xmin::text, expiredate";

    public override string Upsert =>
        $"INSERT INTO {Table} AS s (key, value, isbinary, expiredate) VALUES ($1, $2, $4, now() + $3) ON CONFLICT (key) DO "
        + "UPDATE SET value = excluded.value, isbinary = excluded.isbinary, updatedate = now(), expiredate = "
        + "excluded.expiredate";

    public override string Update =>
        $"UPDATE {Table} SET value = $2, isbinary = $4, updatedate = now(), expiredate = now() + $3 WHERE key = $1 AND xmin = "
        + $"$5 AND {Alive}";

    public override string DeleteIfMatch => $"DELETE FROM {Table} WHERE key = $1 AND xmin = $2";

    public override void AddValue(NpgsqlParameterCollection parameters, StateWrite write)
    {
        var json = write.IsJson ? Encoding.UTF8.GetString(write.Value.Span) : $"\"{Convert.ToBase64String(write.Value.Span)}\"";
        parameters.Insert(1, new NpgsqlParameter<string> { TypedValue = json, NpgsqlDbType = NpgsqlDbType.Jsonb });
        parameters.Add(new NpgsqlParameter<bool> { TypedValue = !write.IsJson });
    }

    public override NpgsqlParameter? ETagParameter(string etag) =>
        uint.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? new NpgsqlParameter<uint> { TypedValue = version, NpgsqlDbType = NpgsqlDbType.Xid }
            : null;

    public override StateFailure Unreadable(StateWrite write) =>
        new(StateFailureKind.ETagInvalid, write.Key, $"invalid etag value: strconv.ParseUint: parsing \"{write.ETag}\": invalid syntax");

    public override StateEntry Read(NpgsqlDataReader row)
    {
        var json = row.GetString(1);
        var value = row.GetBoolean(2) ? Convert.FromBase64String(json[1..^1]) : Encoding.UTF8.GetBytes(json);
        return new StateEntry(value, row.GetString(3), Expiry(row, 4));
    }
}

/// <summary>Version 2.</summary>
internal sealed class PostgresLayout2(string table, string metadataTable, string prefix) : PostgresLayout(table, metadataTable)
{
    public override (string Key, int Level) Migration => ($"migrations-state-v2-{prefix}", 2);

    public override string CleanupKey => $"last-cleanup-state-v2-{prefix}";

    public override (string Expires, string ETag) Columns => ("expires_at", "etag");

    public override string CreateTable =>
        $"""
            CREATE TABLE IF NOT EXISTS {Table} (
              key text NOT NULL PRIMARY KEY, value bytea NOT NULL, etag uuid NOT NULL DEFAULT gen_random_uuid(),
              created_at timestamp with time zone NOT NULL DEFAULT now(), updated_at timestamp with time zone,
              expires_at timestamp with time zone);
            CREATE INDEX IF NOT EXISTS {TableName.WithoutSchema(Table)}_expires_at_idx ON {Table} (expires_at);
            """;

    public override string Selected => "key, value, etag::text, expires_at";

    public override string Upsert =>
        $"INSERT INTO {Table} AS s (key, value, etag, expires_at) VALUES ($1, $2, gen_random_uuid(), now() + $3) ON CONFLICT "
        + "(key) DO UPDATE SET value = excluded.value, updated_at = now(), etag = excluded.etag, expires_at = "
        + "excluded.expires_at";

    public override string Update =>
        $"UPDATE {Table} SET value = $2, updated_at = now(), etag = gen_random_uuid(), expires_at = now() + $3 WHERE key = $1 "
        + $"AND etag = $4 AND {Alive}";

    public override string DeleteIfMatch => $"DELETE FROM {Table} WHERE key = $1 AND etag = $2";

    public override void AddValue(NpgsqlParameterCollection parameters, StateWrite write) =>
        parameters.Insert(1, new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = write.Value, NpgsqlDbType = NpgsqlDbType.Bytea });

    public override NpgsqlParameter? ETagParameter(string etag) =>
        Guid.TryParse(etag, out var version) ? new NpgsqlParameter<Guid> { TypedValue = version } : null;

    public override StateFailure Unreadable(StateWrite write) =>
        new(
            StateFailureKind.ETagMismatch,
            write.Key,
            $"possible etag mismatch. error from state store: invalid UUID length: {write.ETag!.Length}"
        );

    public override StateEntry Read(NpgsqlDataReader row) => new(row.GetFieldValue<byte[]>(1), row.GetString(2), Expiry(row, 3));
}
