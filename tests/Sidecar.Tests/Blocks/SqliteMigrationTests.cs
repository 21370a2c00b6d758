using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Sidecar.Catalogue;
using Sidecar.Components;
using Sidecar.PubSub;
using Sidecar.Resources;
using Sidecar.Sqlite;
using Sidecar.State;
using Sidecar.Yaml;

namespace Sidecar.Tests.Blocks;

/// <summary>Tests of <c>migrateFrom</c>: tables move from the file of an earlier version into the component's own.</summary>
public sealed class SqliteMigrationTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("migration-");
    private readonly WrittenLines log = new();

    private string Old => At("platform.db");

    private string New => At("orders.db");

    public void Dispose()
    {
        folder.Delete(recursive: true);
        log.Dispose();
    }

    [Fact]
    public async Task Rows_of_every_kind_are_copied_unchanged_with_their_index()
    {
        await WriteOldAsync(
            // as daprd stores them: a text, base64, expired, and a key that a copy as text would cut
            "INSERT INTO orders_store (key, value, is_binary, etag, expiration_time, update_time) VALUES "
                + "('text', '{\"a\":1}', 0, 'e-1', NULL, '2020-01-02 03:04:05'), ('base64', 'AAE=', 1, 'e-2', NULL, '2020-01-02 03:04:06'), "
                + "('expired', x'00ff', 0, 'e-3', '2020-02-03 04:05:06', '2020-01-02 03:04:07'), "
                + "('a' || char(0) || 'b', x'01', 0, 'e-4', '2120-02-03 04:05:06', '2020-01-02 03:04:08')"
        );

        await using (await OpenAsync(Store()))
        {
            Assert.Equal(Rows(Old), Rows(New));
        }

        Assert.Equal(6, Rows(New).Count);
        const string layout = "SELECT sql FROM sqlite_master WHERE tbl_name = 'orders_store' ORDER BY name";
        Assert.Equal(All(Old, layout), All(New, layout));
        Assert.Equal(
            [$"Copied 6 rows of orders_store from {Old} to {New}. {Old} is unchanged and no longer used for this table"],
            log.Lines
        );
    }

    [Fact]
    public async Task An_ETag_from_before_is_still_the_condition_of_the_next_write()
    {
        await WriteOldAsync();
        var before = All(Old, "SELECT etag FROM orders_store WHERE key = 'o-1'").Single();

        await using var components = await OpenAsync(Store());
        var store = components.Of<StateStoreComponent>()["store"].Store;

        Assert.Equal(before, (await store.GetAsync("o-1", default))!.ETag);
        Assert.Null(await store.WriteAsync(StateWrite.Upsert("o-1", "new"u8.ToArray()) with { ETag = before }, default));
        Assert.Equal(
            StateFailureKind.ETagMismatch,
            (await store.WriteAsync(StateWrite.Upsert("o-1", "newer"u8.ToArray()) with { ETag = before }, default))!.Kind
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_older_file_stays_unchanged_even_with_the_log_of_a_killed_process(bool killed)
    {
        await WriteOldAsync();
        if (killed)
        {
            await using var open = SqliteDatabase.At(Old);
            await open.WriteAsync(session => session.Execute("UPDATE orders_store SET etag = 'in the log'"));
            foreach (var file in (string[])["platform.db", "platform.db-wal"])
            {
                File.Copy(At(file), At($"killed-{file}"));
            }
        }
        var old = killed ? "killed-platform.db" : "platform.db";
        var before = (Hash(old), Hash($"{old}-wal"));

        await using (await OpenAsync(Store(from: old)))
        {
            Assert.Equal(killed ? 2 : 0, All(New, "SELECT 1 FROM orders_store WHERE etag = 'in the log'").Count);
        }

        Assert.Equal(before, (Hash(old), Hash($"{old}-wal")));
    }

    [Fact]
    public async Task A_second_opening_copies_nothing()
    {
        await WriteOldAsync();
        await using (var components = await OpenAsync(Store()))
        {
            var store = components.Of<StateStoreComponent>()["store"].Store;
            await store.WriteAsync(StateWrite.Delete("o-1"), default);
            await store.WriteAsync(StateWrite.Upsert("o-2", "changed"u8.ToArray()), default);
        }
        var rows = Rows(New);

        await using (await OpenAsync(Store()))
        {
            Assert.Equal(rows, Rows(New));
        }
        File.Delete(Old);
        await using (await OpenAsync(Store()))
        {
            Assert.Equal(rows, Rows(New));
        }

        Assert.Single(log.Lines);
    }

    [Fact]
    public async Task Components_over_one_table_copy_it_once_even_if_they_open_at_the_same_time()
    {
        await WriteOldAsync();

        var sets = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(number => Task.Run(() => OpenAsync(Store($"one-{number}"), Store($"two-{number}"))))
        );

        Assert.Equal(Rows(Old), Rows(New));
        Assert.Single(log.Lines);
        foreach (var set in sets)
        {
            await set.DisposeAsync();
        }
    }

    [Fact]
    public async Task Queues_are_copied_with_their_consumers_and_messages_are_delivered_in_their_order()
    {
        var received = Channel.CreateUnbounded<string>();
        await using (var before = await OpenAsync(Broker("platform.db", from: null)))
        {
            var broker = before.Of<PubSubComponent>()["events"].Broker;
            await (await SubscribeAsync(broker, received)).DisposeAsync(); // from here on messages are kept
            foreach (var number in Enumerable.Range(1, 20))
            {
                await broker.PublishAsync(Message($"before-{number}"), default);
            }
        }

        await using var after = await OpenAsync(Broker("events.db", "platform.db"));
        var moved = after.Of<PubSubComponent>()["events"].Broker;
        await moved.PublishAsync(Message("after-1"), default); // the consumer is known before it subscribes again
        await using var subscription = await SubscribeAsync(moved, received);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        foreach (var expected in (string[])[.. Enumerable.Range(1, 20).Select(number => $"before-{number}"), "after-1"])
        {
            Assert.Equal(expected, await received.Reader.ReadAsync(limit.Token));
        }
        Assert.Contains("Copied 21 rows of messages", Assert.Single(log.Lines), StringComparison.Ordinal); // with the consumer
    }

    [Fact]
    public async Task A_copy_that_fails_midway_leaves_nothing_and_the_next_start_repeats_it()
    {
        await using (await OpenAsync(Broker("platform.db", from: null)))
        {
            Run(Old, "INSERT INTO messages (consumer, topic, data) VALUES ('app', 'topic', 'one')");
            Run(Old, "ALTER TABLE consumers RENAME COLUMN topic TO subject"); // the second table, after the messages
        }

        var refusal = await RefusedAsync(Broker("events.db", "platform.db"));

        Assert.Contains($"Table consumers of {Old} can't be copied", refusal, StringComparison.Ordinal);
        Assert.Empty(All(At("events.db"), "SELECT name FROM sqlite_master"));
        Run(Old, "ALTER TABLE consumers RENAME COLUMN subject TO topic");
        await using var components = await OpenAsync(Broker("events.db", "platform.db"));
        Assert.Equal(["one"], All(At("events.db"), "SELECT CAST(data AS TEXT) FROM messages"));
    }

    [Fact]
    public async Task Without_the_older_file_or_the_table_in_it_a_store_begins_empty()
    {
        await using (await OpenAsync(Store()))
        {
            Assert.Empty(Rows(New));
        }
        await WriteOldAsync();

        await using (await OpenAsync(Store(table: "returns_store")))
        {
            Assert.Empty(All(New, "SELECT key FROM returns_store"));
        }

        Assert.Empty(log.Lines);
    }

    [Theory]
    [InlineData("the header")]
    [InlineData("the table")]
    [InlineData("the index")]
    public async Task A_damaged_older_file_is_refused_with_file_and_remedy_and_nothing_is_copied(string part)
    {
        await WriteOldAsync();
        var page = part switch
        {
            "the header" => 1,
            "the table" => Page("orders_store"),
            _ => Page("sqlite_autoindex_orders_store_1"),
        };
        await using (var file = new FileStream(Old, FileMode.Open, FileAccess.Write))
        {
            file.Position = (page - 1) * 4096;
            file.Write(Enumerable.Repeat((byte)0xA5, 4096).ToArray());
        }

        var refusal = await RefusedAsync(Store());

        Assert.Contains($"{Old} is damaged", refusal, StringComparison.Ordinal);
        Assert.Contains($"sqlite3 {Old} .recover", refusal, StringComparison.Ordinal);
        Assert.Empty(All(New, "SELECT name FROM sqlite_master"));
    }

    [Fact]
    public async Task An_older_file_that_another_process_owns_is_refused_until_it_is_released()
    {
        await WriteOldAsync();
        await using (new FileStream($"{Old}.owner", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            var refusal = await RefusedAsync(Store());

            Assert.Contains($"{Old} is in use by another sidecar process", refusal, StringComparison.Ordinal);
            Assert.Contains("Stop that process", refusal, StringComparison.Ordinal);
            Assert.Empty(All(New, "SELECT name FROM sqlite_master"));
        }

        await using var components = await OpenAsync(Store());
        Assert.Equal(Rows(Old), Rows(New));
    }

    [Fact]
    public async Task An_older_file_with_the_broker_of_this_process_is_no_obstacle()
    {
        await WriteOldAsync();

        await using var components = await OpenAsync(Broker("platform.db", from: null), Store());

        Assert.Equal(Rows(Old), Rows(New));
    }

    [Fact]
    public void No_other_process_can_own_a_file_while_it_is_copied()
    {
        using (SqliteOwner.Exclude(Old, "owned"))
        using (SqliteOwner.Exclude(Old, "owned")) // several may copy
        {
            Assert.Equal("in use", Assert.Throws<InvalidOperationException>(() => SqliteOwner.Own(Old, "in use")).Message);
        }
        SqliteOwner.Own(Old, "in use").Dispose();
    }

    [Fact]
    public async Task Records_in_both_files_are_refused_because_one_of_them_would_be_lost()
    {
        await using (var before = await OpenAsync(Store(from: null)))
        {
            await WriteAsync(before, "own");
        }
        await WriteOldAsync();

        var refusal = await RefusedAsync(Store());

        Assert.Contains($"{New} and {Old} both contain records in table orders_store", refusal, StringComparison.Ordinal);
        Assert.Contains($"move {Old} away to use {New}", refusal, StringComparison.Ordinal);
        Assert.Equal(["own"], All(New, "SELECT key FROM orders_store"));
    }

    [Fact]
    public async Task An_empty_table_in_the_new_file_does_not_hide_the_older_records()
    {
        await WriteOldAsync();
        await using (await OpenAsync(Store(from: null)))
        {
            Assert.Empty(Rows(New));
        }

        await using (await OpenAsync(Store()))
        {
            Assert.Equal(Rows(Old), Rows(New));
        }
    }

    [Fact]
    public async Task Records_that_an_older_version_wrote_after_the_copy_are_refused_and_not_ignored()
    {
        await WriteOldAsync();
        await using (await OpenAsync(Store()))
        {
            // Copies.
        }
        await using (var before = await OpenAsync(Store(file: "platform.db", from: null)))
        {
            await WriteAsync(before, "o-1"); // an existing key: the number of rows stays
        }

        var refusal = await RefusedAsync(Store());

        Assert.Contains($"Table orders_store of {Old} was changed after it was copied to {New}", refusal, StringComparison.Ordinal);
        File.Delete(New);
        await using (await OpenAsync(Store()))
        {
            Assert.Equal(Rows(Old), Rows(New));
        }
    }

    [Fact]
    public async Task An_older_file_that_is_damaged_after_the_copy_is_only_a_warning()
    {
        await WriteOldAsync();
        await using (await OpenAsync(Store()))
        {
            // Copies.
        }
        await File.WriteAllTextAsync(Old, "no database");

        await using var components = await OpenAsync(Store());

        Assert.Contains(log.Lines, line => line.StartsWith($"{Old} can't be read", StringComparison.Ordinal));
        Assert.Equal(2, Rows(New).Count);
    }

    [Theory]
    [InlineData("orders.db")]
    [InlineData(":memory:")]
    public async Task A_migrateFrom_that_names_no_other_file_is_reported_with_its_line(string from)
    {
        var refusal = await RefusedAsync(Store(from: from));

        Assert.Contains("store.yaml:7: metadata 'migrateFrom'", refusal, StringComparison.Ordinal);
        Assert.Contains($"'{from}' is no such file", refusal, StringComparison.Ordinal);
        Assert.False(File.Exists(New));
    }

    private string At(string file) => Path.Combine(folder.FullName, file);

    /// <summary>Writes a file as an earlier version leaves it: a table with two records, and <paramref name="statements"/>.</summary>
    private async Task WriteOldAsync(params string[] statements)
    {
        await using (var components = await OpenAsync(Store(file: "platform.db", from: null)))
        {
            await WriteAsync(components, "o-1");
            await WriteAsync(components, "o-2");
        }
        Run(Old, statements);
    }

    private static async Task WriteAsync(ComponentSet components, string key) =>
        Assert.Null(
            await components
                .Of<StateStoreComponent>()["store"]
                .Store.WriteAsync(StateWrite.Upsert(key, Encoding.UTF8.GetBytes($"value of {key}")), default)
        );

    private static Component Store(
        string name = "store",
        string file = "orders.db",
        string? from = "platform.db",
        string table = "orders_store"
    ) => Described(name, "state.sqlite", ("connectionString", file), ("tableName", table), ("migrateFrom", from));

    private static Component Broker(string file, string? from) =>
        Described("events", "pubsub.sqlite", ("connectionString", file), ("redeliverInterval", "50ms"), ("migrateFrom", from));

    private static Component Described(string name, string type, params (string Name, string? Value)[] metadata) =>
        new(
            name,
            type,
            "v1",
            [
                .. metadata
                    .Where(item => item.Value is not null)
                    .Select((item, line) => new MetadataItem(item.Name, item.Value, null, null, line + 5)),
            ],
            [],
            null,
            false,
            $"{name}.yaml",
            1
        );

    private async Task<ComponentSet> OpenAsync(params Component[] resources)
    {
        var problems = new List<YamlProblem>();
        var components = await LoadAsync(resources, problems);
        Assert.Empty(problems);
        return components;
    }

    /// <summary>Returns the message with which the components are refused.</summary>
    private async Task<string> RefusedAsync(params Component[] resources)
    {
        var problems = new List<YamlProblem>();
        await using var components = await LoadAsync(resources, problems);
        Assert.Empty(components.Loaded);
        return Assert.Single(problems).ToString();
    }

    private Task<ComponentSet> LoadAsync(Component[] resources, List<YamlProblem> problems) =>
        new ComponentLoader(new LoggerFactory([log]), TimeProvider.System, folder.FullName).LoadAsync("app", resources, problems, default);

    private static Task<IAsyncDisposable> SubscribeAsync(IPubSub broker, Channel<string> received) =>
        broker.SubscribeAsync(
            new SubscribeRequest("topic", new Dictionary<string, string>()),
            (message, _) =>
            {
                received.Writer.TryWrite(Encoding.UTF8.GetString(message.Data.Span));
                return Task.FromResult(Acknowledgement.Done);
            },
            default
        );

    private static BrokerMessage Message(string text) =>
        new("topic", Encoding.UTF8.GetBytes(text), null, BrokerMessage.NoMetadata) { OrderingKey = "one lane" };

    private static List<string> Rows(string path) =>
        All(
            path,
            "SELECT hex(key) || '|' || typeof(value) || hex(value) || '|' || is_binary || '|' || etag || '|' || "
                + "coalesce(expiration_time, 'never') || '|' || update_time FROM orders_store ORDER BY rowid"
        );

    private int Page(string table) =>
        int.Parse(
            All(Old, $"SELECT rootpage FROM sqlite_master WHERE name = '{table}'").Single(),
            System.Globalization.CultureInfo.InvariantCulture
        );

    private string Hash(string file) =>
        File.Exists(At(file)) && new FileInfo(At(file)).Length > 0 ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(At(file)))) : "";

    private static void Run(string path, params string[] statements)
    {
        using var connection = new SqliteConnection(Location(path));
        connection.Open();
        foreach (var statement in statements)
        {
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }

    private static List<string> All(string path, string query)
    {
        using var connection = new SqliteConnection(Location(path));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var row = command.ExecuteReader();
        var found = new List<string>();
        while (row.Read())
        {
            found.Add(row.GetValue(0).ToString()!);
        }
        return found;
    }

    private static string Location(string path) => new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();
}
