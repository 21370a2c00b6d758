using System.Collections.Concurrent;
using System.Text.Json;
using Sidecar.Components;
using Sidecar.Sqlite;

namespace Sidecar.PubSub.Drivers;

/// <summary>
/// The tables of <c>pubsub.sqlite</c>: one durable queue per consumer group and topic, filled by the publishing transaction. Shared by all
/// apps of this process that name the file. A second process is refused, because it would not receive the signal for a new message.
/// </summary>
internal sealed class SqliteQueue : IAsyncDisposable
{
    private static readonly SharedByKey<Task<SqliteQueue>> Open = new();

    private readonly SqliteDatabase database;
    private readonly SqliteOwner? ownership;
    private readonly ConcurrentDictionary<(string Topic, Action Signal), bool> listeners = new();
    private readonly ConcurrentDictionary<(string Consumer, string Topic), SqliteConsumers> consumers = new();
    private readonly ConcurrentDictionary<(string Consumer, string Topic), long> counted = new();

    private SqliteQueue(SqliteDatabase database, SqliteOwner? ownership) => (this.database, this.ownership) = (database, ownership);

    /// <summary>Opens the queues in a file, or shares the open ones; in memory each call has its own. Dispose once per call.</summary>
    /// <param name="migration">Finds the queues of an older file; null if there is none.</param>
    /// <exception cref="InvalidOperationException">Another process has them open.</exception>
    public static Task<SqliteQueue> AtAsync(string path, SqliteMigration? migration = null) =>
        path == SqlitePath.InMemory
            ? OpenAsync(path, migration)
            : Open.JoinAsync(Path.GetFullPath(path), () => OpenAsync(Path.GetFullPath(path), migration));

    public Task AddConsumerAsync(string consumer, string topic) =>
        database.WriteAsync(session =>
            session.Execute("INSERT OR IGNORE INTO consumers (consumer, topic) VALUES (?1, ?2)", consumer, topic)
        );

    /// <summary>Puts the message into the queue of every consumer of its topic, in the order of the calls.</summary>
    public async Task PublishAsync(BrokerMessage message)
    {
        var data = message.Data.ToArray();
        var metadata = message.Metadata.Count == 0 ? null : JsonSerializer.Serialize(message.Metadata);
        var queued = await database.WriteOneAsync(session =>
            session.Execute(
                "INSERT INTO messages (consumer, topic, data, content_type, metadata, ordering_key) SELECT consumer, topic, "
                    + "?2, ?3, ?4, ?5 FROM consumers WHERE topic = ?1",
                message.Topic,
                data,
                message.ContentType,
                metadata,
                message.OrderingKey
            )
        );
        if (queued > 0)
        {
            Signal(message.Topic);
        }
    }

    public ValueTask<List<(long Id, BrokerMessage Message)>> ReadAsync(string consumer, string topic, long after, int most) =>
        database.ReadAsync(session =>
        {
            var found = new List<(long, BrokerMessage)>();
            using var row = session.Query(
                "SELECT id, data, content_type, metadata, ordering_key FROM messages WHERE consumer = ?1 AND topic = ?2 AND "
                    + "id > ?3 ORDER BY id LIMIT ?4",
                consumer,
                topic,
                after,
                most
            );
            while (row.Read())
            {
                var metadata = row.IsDBNull(3)
                    ? BrokerMessage.EmptyMetadata
                    : JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(3))!;
                var message = new BrokerMessage(topic, row.GetFieldValue<byte[]>(1), row.IsDBNull(2) ? null : row.GetString(2), metadata)
                {
                    OrderingKey = row.IsDBNull(4) ? null : row.GetString(4),
                    Position = row.GetInt64(0),
                };
                found.Add((row.GetInt64(0), message));
            }
            return found;
        });

    public SqliteConsumers Consumers(string consumer, string topic) =>
        consumers.GetOrAdd((consumer, topic), static _ => new SqliteConsumers());

    /// <summary>
    /// The number of waiting messages. For queues in memory, whose reads take turns with writes, it may be the last count.
    /// </summary>
    public long Count(string consumer, string topic)
    {
        var count = database.ReadAsync(session =>
        {
            using var row = session.Query("SELECT count(*) FROM messages WHERE consumer = ?1 AND topic = ?2", consumer, topic);
            return counted[(consumer, topic)] = row.Read() ? row.GetInt64(0) : 0;
        });
        return count.IsCompletedSuccessfully ? count.Result : counted.GetValueOrDefault((consumer, topic));
    }

    /// <summary>Forgets a message that was dealt with. Lost in a crash before its commit, it leads to one more delivery.</summary>
    public Task RemoveAsync(long id) => database.WriteLaterAsync(session => session.Execute("DELETE FROM messages WHERE id = ?1", id));

    /// <summary>Calls <paramref name="signal"/> after each commit with messages of <paramref name="topic"/>.</summary>
    public void Listen(string topic, Action signal) => listeners[(topic, signal)] = true;

    public void StopListening(string topic, Action signal) => listeners.TryRemove((topic, signal), out _);

    public async ValueTask DisposeAsync()
    {
        if (database.InMemory || Open.Leave(database.Path))
        {
            await database.DisposeAsync();
            ownership?.Dispose();
        }
    }

    private static async Task<SqliteQueue> OpenAsync(string path, SqliteMigration? migration)
    {
        var ownership =
            path == SqlitePath.InMemory
                ? null
                : SqliteOwner.Own(
                    path,
                    $"{path} is in use by another sidecar process; pubsub.sqlite serves one process, pubsub.redis several"
                );
        try
        {
            return new SqliteQueue(await DatabaseAsync(path, migration), ownership);
        }
        catch
        {
            ownership?.Dispose();
            throw;
        }
    }

    private static async Task<SqliteDatabase> DatabaseAsync(string path, SqliteMigration? migration)
    {
        var database = SqliteDatabase.At(path);
        try
        {
            migration?.Perform(database, session => CreateTables(session), "messages", "consumers");
            await database.WriteAsync(CreateTables);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    private static int CreateTables(SqliteSession session)
    {
        session.Execute(
            "CREATE TABLE IF NOT EXISTS consumers (consumer TEXT NOT NULL, topic TEXT NOT NULL, PRIMARY KEY (topic, "
                + "consumer)) WITHOUT ROWID"
        );
        session.Execute(
            "CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, consumer TEXT NOT NULL, topic "
                + "TEXT NOT NULL, data BLOB NOT NULL, content_type TEXT, metadata TEXT, ordering_key TEXT)"
        );
        return session.Execute("CREATE INDEX IF NOT EXISTS messages_by_consumer ON messages (consumer, topic, id)");
    }

    private void Signal(string topic)
    {
        foreach (var (listened, signal) in listeners.Keys)
        {
            if (listened == topic)
            {
                signal();
            }
        }
    }
}
