using Microsoft.Data.Sqlite;

namespace Sidecar.Sqlite;

/// <summary>A SQLite file cannot be used in its current state. The message names the file and the remedy.</summary>
internal sealed class SqliteFileException : InvalidOperationException
{
    private const int ReadOnly = 8,
        Failing = 10,
        Damaged = 11,
        Full = 13,
        Unopened = 14,
        NoDatabase = 26;

    private SqliteFileException(string message, SqliteException? cause, bool isDamaged)
        : base(message, cause) => IsDamaged = isDamaged;

    /// <summary>True if an operator has to repair it; false if it may pass, as a full disk does.</summary>
    public bool IsDamaged { get; }

    /// <summary>The failure itself where it is about the statement and not about the file.</summary>
    public static Exception Of(SqliteException failure, string path) =>
        failure.SqliteErrorCode switch
        {
            Damaged or NoDatabase => OfDamage(path, Text(failure), failure),
            Full => new SqliteFileException(
                $"{path} can't be written: {Text(failure)}. Writes succeed again once there is space",
                failure,
                isDamaged: false
            ),
            Failing => new SqliteFileException(
                $"{path} can't be read or written: {Text(failure)}. Check the disk and the space that is left",
                failure,
                isDamaged: false
            ),
            ReadOnly or Unopened => new SqliteFileException(
                $"{path} can't be opened for writing: {Text(failure)}. Check the owner and mode of the file and of its folder",
                failure,
                isDamaged: false
            ),
            _ => failure,
        };

    /// <param name="finding">The first damage that a check has found.</param>
    public static SqliteFileException OfDamage(string path, string finding, SqliteException? cause = null) =>
        new(
            $"{path} is damaged ({finding}). Restore it from a backup, or save what can be read: sqlite3 {path} .recover",
            cause,
            isDamaged: true
        );

    /// <summary>SQLite's own words, without the provider's frame: <c>SQLite Error 11: 'database disk image is malformed'.</c></summary>
    private static string Text(SqliteException failure) => failure.Message.Split('\'') is [_, var text, ..] ? text : failure.Message;
}
