using Npgsql;
using NpgsqlTypes;
using Sidecar.Components;

namespace Sidecar.State.Drivers;

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
