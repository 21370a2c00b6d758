using System.Collections.Concurrent;
using System.Text.Json;
using Sidecar.Files;
using Sidecar.Sqlite;

namespace Sidecar.PubSub.Drivers;

/// <summary>
/// The tables behind <c>pubsub.sqlite</c>: one durable queue per consumer group and topic, filled by the transaction that
/// publishes. Shared by every app of this process that names the file; a second process is refused, because it would not hear
/// the signal that a message has come.
/// </summary>
internal sealed class SqliteQueue : IDisposable
{
    private static readonly Lock OpenGate = new();
    private static readonly Dictionary<string, SqliteQueue> Open = [];

    private readonly SqliteDatabase database;
    private readonly FileStream? ownership;
    private readonly ConcurrentDictionary<(string Topic, Action Signal), bool> listeners = new();
    private readonly ConcurrentDictionary<(string Consumer, string Topic), SqliteConsumers> consumers = new();
    private int users = 1;

    private SqliteQueue(string path)
    {
        if (path != ":memory:")
        {
            OwnerOnly.CreateFolder(Path.GetDirectoryName(path)!);
            try
            {
                ownership = OwnerOnly.Open(path + ".owner", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e)
            {
                throw new InvalidOperationException($"{path} is in use by another sidecar process; pubsub.sqlite serves one process, pubsub.redis several", e);
            }
        }
        database = SqliteDatabase.At(path);
        database.WriteAsync(session =>
        {
            session.Execute("CREATE TABLE IF NOT EXISTS consumers (consumer TEXT NOT NULL, topic TEXT NOT NULL, PRIMARY KEY (topic, consumer)) WITHOUT ROWID");
            session.Execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, consumer TEXT NOT NULL, topic TEXT NOT NULL, data BLOB NOT NULL, content_type TEXT, metadata TEXT, ordering_key TEXT)");
            return session.Execute("CREATE INDEX IF NOT EXISTS messages_by_consumer ON messages (consumer, topic, id)");
        }).GetAwaiter().GetResult();
    }

    public static SqliteQueue At(string path)
    {
        lock (OpenGate)
        {
            if (path != ":memory:" && Open.TryGetValue(path, out var known))
            {
                known.users++;
                return known;
            }
            var queue = new SqliteQueue(path);
            if (path != ":memory:")
            {
                Open[path] = queue;
            }
            return queue;
        }
    }

    public Task AddConsumerAsync(string consumer, string topic)
        => database.WriteAsync(session => session.Execute("INSERT OR IGNORE INTO consumers (consumer, topic) VALUES (?1, ?2)", consumer, topic));

    /// <summary>Puts the message into the queue of every consumer of its topic, in the order of the calls.</summary>
    public async Task PublishAsync(BrokerMessage message)
    {
        var data = message.Data.ToArray();
        var metadata = message.Metadata.Count == 0 ? null : JsonSerializer.Serialize(message.Metadata);
        var queued = await database.WriteOneAsync(session => session.Execute(
            "INSERT INTO messages (consumer, topic, data, content_type, metadata, ordering_key) SELECT consumer, topic, ?2, ?3, ?4, ?5 FROM consumers WHERE topic = ?1",
            message.Topic, data, message.ContentType, metadata, message.OrderingKey));
        if (queued > 0)
        {
            Signal(message.Topic);
        }
    }

    public IReadOnlyList<(long Id, BrokerMessage Message)> Read(string consumer, string topic, long after, int most)
        => database.Read(session =>
        {
            var found = new List<(long, BrokerMessage)>();
            using var row = session.Query("SELECT id, data, content_type, metadata, ordering_key FROM messages WHERE consumer = ?1 AND topic = ?2 AND id > ?3 ORDER BY id LIMIT ?4", consumer, topic, after, most);
            while (row.Read())
            {
                var metadata = row.IsDBNull(3) ? BrokerMessage.NoMetadata : JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(3))!;
                var message = new BrokerMessage(topic, row.GetFieldValue<byte[]>(1), row.IsDBNull(2) ? null : row.GetString(2), metadata)
                {
                    OrderingKey = row.IsDBNull(4) ? null : row.GetString(4),
                    Position = row.GetInt64(0),
                };
                found.Add((row.GetInt64(0), message));
            }
            return found;
        });

    public SqliteConsumers Consumers(string consumer, string topic) => consumers.GetOrAdd((consumer, topic), static _ => new SqliteConsumers());

    public long Count(string consumer, string topic)
        => database.Read(session =>
        {
            using var row = session.Query("SELECT count(*) FROM messages WHERE consumer = ?1 AND topic = ?2", consumer, topic);
            return row.Read() ? row.GetInt64(0) : 0;
        });

    /// <summary>Forgets a message that was dealt with. Lost in a crash before its commit, it leads to one more delivery.</summary>
    public Task RemoveAsync(long id) => database.WriteLaterAsync(session => session.Execute("DELETE FROM messages WHERE id = ?1", id));

    /// <summary>Calls <paramref name="signal"/> after each commit that brought messages of <paramref name="topic"/>.</summary>
    public void Listen(string topic, Action signal) => listeners[(topic, signal)] = true;

    public void StopListening(string topic, Action signal) => listeners.TryRemove((topic, signal), out _);

    public void Dispose()
    {
        lock (OpenGate)
        {
            if (--users > 0)
            {
                return;
            }
            Open.Remove(database.Path);
        }
        database.Dispose();
        ownership?.Dispose();
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
