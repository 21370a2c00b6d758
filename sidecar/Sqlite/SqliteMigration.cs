using Microsoft.Data.Sqlite;
using Sidecar.Components;

namespace Sidecar.Sqlite;

/// <summary>
/// Copies the tables of a component from the file that contained them before, <c>migrateFrom</c>, into its own file. A copy is one
/// transaction, so a process that exits during it leaves nothing of it, and the next start repeats it. The older file is opened for reading
/// only and stays as a backup.
/// </summary>
internal sealed partial class SqliteMigration
{
    private const string Copies = "copied_tables"; // stored name

    private readonly string source;
    private readonly ILogger logger;

    private SqliteMigration(string source, ILogger logger) => (this.source, this.logger) = (source, logger);

    /// <summary>Null if the component names no older file.</summary>
    public static SqliteMigration? Read(DriverContext context, string target)
    {
        if (context.Properties.Text("migrateFrom") is not { Length: > 0 } from)
        {
            return null;
        }
        var source = SqlitePath.Of(from, context.PathOf);
        if (source == SqlitePath.InMemory || target == SqlitePath.InMemory || source == target)
        {
            context.Properties.Report(
                "migrateFrom",
                $"metadata 'migrateFrom' names the file that contained the tables before, and 'connectionString' another one; '{from}' "
                    + "is no such file"
            );
            return null;
        }
        return new SqliteMigration(source, context.Loggers.CreateLogger<SqliteMigration>());
    }

    /// <summary>
    /// Copies <paramref name="table"/> and <paramref name="others"/> if the older file has <paramref name="table"/> and it was not copied
    /// before. Repeated and concurrent calls, also of several processes, copy once.
    /// </summary>
    /// <param name="createTables">Creates the tables where they are missing, within the transaction.</param>
    /// <exception cref="InvalidOperationException">The older file is damaged, unreadable, owned by another process, or has records of its
    /// own beside those of <paramref name="target"/>. Nothing was changed.</exception>
    public void Perform(SqliteDatabase target, Action<SqliteSession> createTables, string table, params IReadOnlyList<string> others)
    {
        if (!File.Exists(source))
        {
            return;
        }
        var rows = target.RunApart(session =>
        {
            session.Execute("BEGIN IMMEDIATE");
            createTables(session);
            session.Execute(
                $"CREATE TABLE IF NOT EXISTS {Copies} (name TEXT NOT NULL PRIMARY KEY, source TEXT NOT NULL, last_row INTEGER NOT NULL, "
                    + "copied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)"
            );
            if (session.Scalar($"SELECT last_row FROM {Copies} WHERE name = ?1", table) is long copied)
            {
                DemandUnchanged(session, target.Path, table, copied);
                return null;
            }
            using var exclusion = SqliteOwner.Exclude(
                source,
                $"{source} is in use by another sidecar process, so its table {table} can't be copied to {target.Path}. Stop that process "
                    + "(an older version, perhaps), and start again"
            );
            if (FromSource(table, () => LastRow(session, table)) is not { } last)
            {
                return (long?)null;
            }
            DemandEmpty(session, target.Path, table, last);
            var count = ((string[])[table, .. others]).Sum(name => Copy(session, target.Path, name));
            session.Execute($"INSERT INTO {Copies} (name, source, last_row) VALUES (?1, ?2, ?3)", table, source, last);
            session.Execute("COMMIT");
            return count;
        });
        if (rows is not null)
        {
            LogCopied(rows.Value, table, source, target.Path);
        }
    }

    /// <summary>
    /// The number of the last row, which every insertion and replacement raises. Null if the older file has no such table.
    /// </summary>
    private long? LastRow(SqliteSession session, string table)
    {
        // Read-only: a connection that may write would move the log of a killed process into the file.
        session.Execute("ATTACH ?1 AS older", new Uri(source).AbsoluteUri + "?mode=ro");
        return Exists(session, table) ? (long?)session.Scalar($"SELECT coalesce(max(rowid), 0) FROM older.{table}") : null;
    }

    private static bool Exists(SqliteSession session, string table) =>
        session.Scalar("SELECT 1 FROM older.sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE", table) is not null;

    private long Copy(SqliteSession session, string target, string table)
    {
        var columns = string.Join(", ", Columns(session, table));
        var rows = FromSource(table, () =>
        {
            Check(session, table);
            return (long)session.Scalar($"SELECT count(*) FROM (SELECT {columns} FROM older.{table})")!;
        });
        var copied = session.Execute($"INSERT OR REPLACE INTO main.{table} ({columns}) SELECT {columns} FROM older.{table}");
        return copied == rows ? rows : throw new InvalidOperationException($"{copied} of {rows} rows of {table} were copied to {target}");
    }

    private static List<string> Columns(SqliteSession session, string table)
    {
        using var row = session.Query("SELECT name FROM pragma_table_info(?1, 'main')", table);
        var names = new List<string>();
        while (row.Read())
        {
            names.Add($"[{row.GetString(0)}]"); // a name in quotes would be a text if the older table has no such column
        }
        return names;
    }

    /// <summary>A damaged table could otherwise be copied with rows missing.</summary>
    private void Check(SqliteSession session, string table)
    {
        if (session.Scalar($"PRAGMA older.integrity_check({table})") is string found and not "ok")
        {
            throw SqliteFileException.OfDamage(source, found);
        }
    }

    private void DemandEmpty(SqliteSession session, string target, string table, long last)
    {
        if (last > 0 && session.Scalar($"SELECT 1 FROM main.{table} LIMIT 1") is not null)
        {
            throw new InvalidOperationException(
                $"{target} and {source} both contain records in table {table}, and none were copied from one to the other. Keep one: move "
                    + $"{source} away to use {target}, or move {target} away to copy from {source}"
            );
        }
    }

    /// <summary>Refuses what an older version wrote after the copy. An older file that is unreadable by now is not needed.</summary>
    private void DemandUnchanged(SqliteSession session, string target, string table, long copied)
    {
        long? last;
        try
        {
            last = LastRow(session, table);
        }
        catch (SqliteException e)
        {
            LogUnreadable(e, source, table, target);
            return;
        }
        if (last is not null && last != copied)
        {
            throw new InvalidOperationException(
                $"Table {table} of {source} was changed after it was copied to {target}: an older version wrote there. Keep one: move "
                    + $"{source} away to use {target}, or move {target} away to copy from {source} again"
            );
        }
    }

    /// <summary>Translates failures to read the older file.</summary>
    private T FromSource<T>(string table, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException e)
        {
            throw SqliteFileException.Of(e, source) is SqliteFileException failure
                ? failure
                : new InvalidOperationException($"Table {table} of {source} can't be copied: {e.Message}", e);
        }
    }

    [LoggerMessage(
        2202,
        LogLevel.Information,
        "Copied {Rows} rows of {Table} from {Source} to {Target}. {Source} is unchanged and no longer used for this table"
    )]
    private partial void LogCopied(long rows, string table, string source, string target);

    [LoggerMessage(
        2203,
        LogLevel.Warning,
        "{Source} can't be read, so it is unknown whether an older version has written to it since its table {Table} was copied to "
            + "{Target}. Move {Source} away if it is not needed"
    )]
    private partial void LogUnreadable(Exception failure, string source, string table, string target);
}
