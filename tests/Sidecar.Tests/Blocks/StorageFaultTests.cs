using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Apps;
using Sidecar.Hosting;
using Sidecar.PubSub;
using Sidecar.PubSub.Drivers;
using Sidecar.Sqlite;

namespace Sidecar.Tests.Blocks;

/// <summary>Disks that are full for a while, and files that are damaged.</summary>
public sealed class StorageFaultTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("faults-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_full_disk_is_reported_with_file_and_remedy_and_writes_succeed_once_there_is_space()
    {
        await using var database = await WithTableAsync();
        await LimitAsync(database, pages: 4);

        var full = await Assert.ThrowsAsync<SqliteFileException>(() => InsertAsync(database, 100_000));

        Assert.Contains($"{database.Path} can't be written: database or disk is full", full.Message, StringComparison.Ordinal);
        Assert.False(full.IsDamaged);
        await LimitAsync(database, pages: 100_000);
        Assert.Equal(1, await InsertAsync(database, 100_000));
    }

    [Fact]
    public async Task On_a_full_disk_exactly_the_writes_reported_as_done_are_stored()
    {
        await using var database = await WithTableAsync();
        await LimitAsync(database, pages: 8);
        var underWay = new TaskCompletionSource();
        using var go = new ManualResetEventSlim();
        var first = Task.Run(() =>
            database.WriteAsync(session =>
            {
                underWay.SetResult();
                go.Wait();
                return session.Execute("INSERT INTO t (data) VALUES (zeroblob(1))");
            })
        );
        await underWay.Task;
        int[] sizes = [1, 100_000, 1, 100_000, 1];
        var writes = sizes
            .Index()
            .Select(write => write.Index % 2 == 0 ? InsertAsync(database, write.Item) : InsertOneAsync(database, write.Item))
            .ToList();
        go.Set();
        await first;
        await Task.WhenAny(Task.WhenAll(writes));

        Assert.All([writes[1], writes[3]], write => Assert.True(write.IsFaulted));
        Assert.Equal(
            1L + writes.Count(write => write.IsCompletedSuccessfully),
            await database.ReadAsync(session => session.Scalar("SELECT count(*) FROM t"))
        );
    }

    [Theory]
    [InlineData(0)] // the header
    [InlineData(4096)] // the first page of the table
    public async Task A_damaged_file_is_refused_with_file_and_remedy(int offset)
    {
        var path = Path.Combine(folder.FullName, "data.db");
        await using (var database = await WithTableAsync())
        {
            await InsertAsync(database, 20_000);
        }
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            file.Position = offset;
            file.Write(Enumerable.Repeat((byte)0xA5, 8192).ToArray());
        }

        var damaged = await Assert.ThrowsAsync<SqliteFileException>(async () =>
        {
            await using var database = SqliteDatabase.At(path);
            await InsertAsync(database, 10);
        });

        Assert.True(damaged.IsDamaged);
        Assert.Contains($"{path} is damaged", damaged.Message, StringComparison.Ordinal);
        Assert.Contains(".recover", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_to_a_full_disk_is_answered_as_unavailable_and_succeeds_once_there_is_space()
    {
        var path = await WriteStoreAsync();
        await using var server = await SidecarServer.StartAsync(Options(), _ => { }, CancellationToken.None);
        await using var database = SqliteDatabase.At(path);
        await LimitAsync(database, pages: 1); // no more than there are
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Sidecars[0].Options.HttpPort}") };
        Task<HttpResponseMessage> ScheduleAsync() =>
            http.PostAsync(
                "/v1.0-alpha1/jobs/backup",
                new StringContent(
                    $$"""{"dueTime":"1h","data":"{{new string('x', 100_000)}}"}""",
                    System.Text.Encoding.UTF8,
                    "application/json"
                )
            );

        using var refused = await ScheduleAsync();
        Assert.Equal(503, (int)refused.StatusCode);
        var said = await refused.Content.ReadAsStringAsync();
        Assert.Contains("ERR_STORE_UNAVAILABLE", said, StringComparison.Ordinal);
        Assert.Contains("database or disk is full", said, StringComparison.Ordinal);

        await LimitAsync(database, pages: 100_000);
        using var taken = await ScheduleAsync();
        Assert.Equal(204, (int)taken.StatusCode);
    }

    [Fact]
    public async Task A_sidecar_with_a_damaged_store_refuses_to_start_with_file_and_remedy()
    {
        var path = await WriteStoreAsync();
        var options = Options();
        await using (await SidecarServer.StartAsync(options, _ => { }, CancellationToken.None))
        {
            // Creates the tables.
        }
        await using (var database = SqliteDatabase.At(path))
        {
            var pages = await database.ReadAsync(session =>
            {
                using var row = session.Query(
                    "SELECT rootpage FROM sqlite_master WHERE tbl_name = 'state' AND name NOT LIKE '%expiration%'"
                );
                var found = new List<long>();
                while (row.Read())
                {
                    found.Add(row.GetInt64(0));
                }
                return found;
            });
            Assert.Equal(2, pages.Count); // the table and the index of its keys
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            foreach (var page in pages)
            {
                file.Position = (page - 1) * 4096;
                file.Write(Enumerable.Repeat((byte)0xA5, 4096).ToArray());
            }
        }

        var damaged = await Assert.ThrowsAsync<SqliteFileException>(() =>
            SidecarServer.StartAsync(options, _ => { }, CancellationToken.None)
        );

        Assert.Contains($"{path} is damaged", damaged.Message, StringComparison.Ordinal);
        await using var again = SqliteDatabase.At(path); // nothing holds the file
    }

    [Fact]
    public async Task A_handled_message_is_deleted_from_the_queue_once_the_disk_has_space()
    {
        var time = new FakeTimeProvider();
        var path = Path.Combine(folder.FullName, "events.db");
        await using var broker = new SqlitePubSub(
            "app",
            "events",
            await SqliteQueue.AtAsync(path),
            "app",
            TimeSpan.FromSeconds(1),
            4,
            time,
            NullLogger.Instance
        );
        await using var database = SqliteDatabase.At(path);
        var handled = new ConcurrentQueue<string>();
        await using var subscription = await broker.SubscribeAsync(
            new SubscribeRequest("topic", new Dictionary<string, string>()),
            (message, _) =>
            {
                handled.Enqueue(System.Text.Encoding.UTF8.GetString(message.Data.Span));
                return Task.FromResult(Acknowledgement.Done);
            },
            default
        );
        await database.WriteAsync(session =>
            session.Execute("CREATE TRIGGER full BEFORE DELETE ON messages BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        );
        await broker.PublishAsync(new BrokerMessage("topic", "one"u8.ToArray(), null, BrokerMessage.NoMetadata), default);
        await Clock.AdvanceUntilAsync(time, () => handled.Count == 1);

        await database.WriteAsync(session => session.Execute("DROP TRIGGER full"));

        await Clock.AdvanceUntilAsync(time, () =>
            database.ReadAsync(session => session.Scalar("SELECT count(*) FROM messages")).AsTask() is { IsCompleted: true, Result: 0L }
        );
        Assert.Equal(["one"], handled); // once
    }

    [Fact]
    public async Task The_reader_of_a_queue_survives_a_failure_of_its_file()
    {
        var time = new FakeTimeProvider();
        var path = Path.Combine(folder.FullName, "events.db");
        await using var broker = new SqlitePubSub(
            "app",
            "events",
            await SqliteQueue.AtAsync(path),
            "app",
            TimeSpan.FromSeconds(1),
            4,
            time,
            NullLogger.Instance
        );
        await using var database = SqliteDatabase.At(path);
        var handled = new ConcurrentQueue<string>();
        Task<Acknowledgement> HandleAsync(BrokerMessage message, CancellationToken _)
        {
            handled.Enqueue(System.Text.Encoding.UTF8.GetString(message.Data.Span));
            return Task.FromResult(Acknowledgement.Done);
        }
        var request = new SubscribeRequest("topic", new Dictionary<string, string>());
        await (await broker.SubscribeAsync(request, HandleAsync, default)).DisposeAsync(); // from here on messages are kept
        await broker.PublishAsync(new BrokerMessage("topic", "one"u8.ToArray(), null, BrokerMessage.NoMetadata), default);
        await database.WriteAsync(session => session.Execute("ALTER TABLE messages RENAME TO away"));
        await using var subscription = await broker.SubscribeAsync(request, HandleAsync, default);
        await Clock.AdvanceUntilAsync(time, () => time.GetUtcNow() > time.Start.AddSeconds(5)); // the reader fails several times

        await database.WriteAsync(session => session.Execute("ALTER TABLE away RENAME TO messages"));

        await Clock.AdvanceUntilAsync(time, () => handled.Count == 1);
    }

    private ServerOptions Options() =>
        new(
            [
                new AppOptions
                {
                    AppId = $"faults-{Guid.NewGuid():N}",
                    ResourcesPaths = [folder.FullName],
                    WorkingDirectory = folder.FullName,
                },
            ],
            true
        );

    private async Task<string> WriteStoreAsync()
    {
        var path = Path.Combine(folder.FullName, "store.db");
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "store.yaml"),
            $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: store }
            spec: { type: state.sqlite, version: v1, metadata: [ { name: connectionString, value: "{{path}}" }, { name: actorStateStore, value: "true" } ] }
            """
        );
        return path;
    }

    private static Task<int> LimitAsync(SqliteDatabase database, int pages) =>
        database.WriteAsync(session => session.Execute($"PRAGMA max_page_count = {pages}"));

    private static Task<int> InsertAsync(SqliteDatabase database, int size) =>
        database.WriteAsync(session => session.Execute("INSERT INTO t (data) VALUES (zeroblob(?1))", size));

    private static Task<int> InsertOneAsync(SqliteDatabase database, int size) =>
        database.WriteOneAsync(session => session.Execute("INSERT INTO t (data) VALUES (zeroblob(?1))", size));

    private async Task<SqliteDatabase> WithTableAsync()
    {
        var database = SqliteDatabase.At(Path.Combine(folder.FullName, "data.db"));
        await database.WriteAsync(session => session.Execute("CREATE TABLE t (n INTEGER PRIMARY KEY, data BLOB)"));
        return database;
    }
}
