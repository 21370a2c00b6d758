using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Sidecar.Go;

namespace Sidecar.State.Drivers;

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
        new(
            StateFailureKind.ETagInvalid,
            write.Key,
            $"invalid etag value: {GoNumbers.Problem(write.ETag!, "ParseUint", "invalid syntax")}"
        );

    public override StateEntry Read(NpgsqlDataReader row)
    {
        var json = row.GetString(1);
        var value = row.GetBoolean(2) ? Convert.FromBase64String(json[1..^1]) : Encoding.UTF8.GetBytes(json);
        return new StateEntry(value, row.GetString(3), Expiry(row, 4));
    }
}
