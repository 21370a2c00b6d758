using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Sidecar.Components;
using Sidecar.Files;

namespace Sidecar.Sqlite;

/// <summary>
/// One SQLite file: a single writer that commits many jobs at once, and pooled readers (WAL lets both run in parallel). All components that
/// name the same file share the instance and its commits.
/// </summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    private static readonly SharedByKey<SqliteDatabase> Open = new();

    private readonly string connectionString;
    private readonly ConcurrentBag<SqliteSession> readers = [];
    private readonly SqliteWriter writer;
    private readonly SqliteConnection? keepInMemoryAlive;

    private SqliteDatabase(string path)
    {
        Path = path;
        InMemory = path == SqlitePath.InMemory;
        connectionString = InMemory
            ? $"Data Source=memory-{Guid.NewGuid():N};Mode=Memory;Cache=Shared;Pooling=False"
            : new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Pooling = false,
                DefaultTimeout = 30,
            }.ToString();
        if (InMemory)
        {
            keepInMemoryAlive = Connect();
        }
        writer = new SqliteWriter(new SqliteSession(Connect()), path);
    }

    public string Path { get; }

    public bool InMemory { get; }

    /// <summary>Opens <paramref name="path"/> and creates file and folders, or shares the open instance. Dispose once per call.</summary>
    public static SqliteDatabase At(string path)
    {
        if (path == SqlitePath.InMemory)
        {
            return new SqliteDatabase(path);
        }
        var full = System.IO.Path.GetFullPath(path);
        return Open.Join(full, () =>
        {
            Prepare(full);
            return new SqliteDatabase(full);
        });
    }

    /// <summary>
    /// Runs <paramref name="work"/> on the writer. The task completes once its commit is on disk. An exception rolls back its own changes;
    /// other jobs of the commit are kept.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work) => writer.EnqueueAsync(work, undoable: true, CommitTime.Now);

    /// <summary>
    /// Like <see cref="WriteAsync"/> for work of one statement, which SQLite rolls back itself: needs no savepoint. Concurrent calls share
    /// their commits.
    /// </summary>
    public Task<T> WriteOneAsync<T>(Func<SqliteSession, T> statement) =>
        writer.EnqueueAsync(statement, undoable: false, CommitTime.Gathered);

    /// <summary>
    /// Like <see cref="WriteOneAsync"/> for a statement that no caller waits for and that a crash may undo: it shares the next commit, or
    /// gets its own after <see cref="SqliteWriter.MaxWait"/>.
    /// </summary>
    public Task<T> WriteLaterAsync<T>(Func<SqliteSession, T> statement) =>
        writer.EnqueueAsync(statement, undoable: false, CommitTime.Later);

    /// <summary>Reads committed data; from a file at once, on the caller's thread.</summary>
    public ValueTask<T> ReadAsync<T>(Func<SqliteSession, T> work)
        // A shared-cache memory database locks tables between connections, so its reads take their turn with the writes.
        =>
        InMemory ? new(writer.EnqueueAsync(work, undoable: false, CommitTime.Now)) : new(Read(work));

    /// <summary>
    /// Runs <paramref name="work"/> on a connection of its own, which may attach other files by URI. Its transaction is rolled back if it
    /// does not commit it. Only for a database in a file.
    /// </summary>
    public T RunApart<T>(Func<SqliteSession, T> work)
    {
        var location = new SqliteConnectionStringBuilder(connectionString) { DataSource = new Uri(Path).AbsoluteUri };
        using var session = new SqliteSession(Connect(location.ToString()));
        try
        {
            return work(session);
        }
        catch (SqliteException e)
        {
            throw SqliteFileException.Of(e, Path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await writer.FlushAsync(); // the next user of these tables finds all writes
        }
        finally
        {
            if (InMemory || Open.Leave(Path))
            {
                Close();
            }
        }
    }

    private void Close()
    {
        writer.Dispose();
        while (readers.TryTake(out var session))
        {
            session.Dispose();
        }
        keepInMemoryAlive?.Dispose();
    }

    private T Read<T>(Func<SqliteSession, T> work)
    {
        if (!readers.TryTake(out var session))
        {
            session = new SqliteSession(Connect());
        }
        try
        {
            return work(session);
        }
        catch (SqliteException e)
        {
            throw SqliteFileException.Of(e, Path);
        }
        finally
        {
            readers.Add(session);
        }
    }

    /// <summary>Creates the file, so that it is its owner's alone; SQLite gives the files beside it the same mode.</summary>
    private static void Prepare(string path)
    {
        OwnerOnly.CreateFolder(System.IO.Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            OwnerOnly.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
        }
    }

    private SqliteConnection Connect() => Connect(connectionString);

    private SqliteConnection Connect(string location)
    {
        var connection = new SqliteConnection(location);
        try
        {
            connection.Open();
            Configure(connection);
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw SqliteFileException.Of(e, Path);
        }
    }

    private void Configure(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        // FULL: a commit is answered only when it is on the medium. temp_store: the journals of a commit's savepoints stay in memory.
        command.CommandText = InMemory
            ? "PRAGMA foreign_keys=OFF"
            : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000; PRAGMA wal_autocheckpoint=4000; "
                + "PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY";
        command.ExecuteNonQuery();
    }
}
