using Npgsql;

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
