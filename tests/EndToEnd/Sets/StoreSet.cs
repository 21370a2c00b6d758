using EndToEnd.Systems;
using Microsoft.Data.Sqlite;

namespace EndToEnd.Sets;

/// <summary>A component set in the tests: its servers and the records in its stores.</summary>
internal abstract class StoreSet : IAsyncDisposable
{
    public abstract string Name { get; }

    /// <summary>Configures the components of a folder for this set's servers.</summary>
    public abstract void PointAt(SystemFolder folder);

    /// <summary>All values of a store whose component has the key prefix <c>name</c>.</summary>
    public IReadOnlyList<string> ValuesOf(string store) => ValuesOf(store, $"{store}||");

    public abstract IReadOnlyList<string> ValuesOf(string store, string prefix);

    /// <summary>Executes SQL as the administrator of the server; without effect if the stores are not on an SQL server.</summary>
    public virtual Task ExecuteAsync(string sql) => Task.CompletedTask;

    /// <summary>Kills each server and starts it again. Returns when the last one runs.</summary>
    public virtual Task RestartServersAsync() => throw new NotSupportedException("there is no server");

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// The set that the environment variable <c>COMPONENT_SET</c> names, for the whole suite to run on; without it the embedded one, and
    /// on daprd, which has no <c>pubsub.sqlite</c>, Redis.
    /// </summary>
    public static Task<StoreSet> OfSuiteAsync()
    {
        var name =
            Environment.GetEnvironmentVariable("COMPONENT_SET") is { Length: > 0 } chosen ? chosen
            : DaprInstallation.OfSuite is null ? "embedded"
            : "redis";
        return name == "embedded" && DaprInstallation.OfSuite is not null
            ? throw new InvalidOperationException(
                "COMPONENT_SET=embedded is for the embedded sidecar: pubsub.sqlite is its own. With DAPRD_PATH take redis, "
                    + "the default there, or postgres-rabbitmq"
            )
            : StartAsync(name);
    }

    /// <summary>Starts the set of that name with its servers. Skips the test if a program is missing.</summary>
    public static async Task<StoreSet> StartAsync(string name) =>
        name switch
        {
            "embedded" => new EmbeddedSet(),
            "redis" => await RedisSet.StartAsync(),
            "postgres-rabbitmq" => await PostgresRabbitSet.StartAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no component set"),
        };
}

/// <summary>SQLite files in the folder itself, one for each service.</summary>
internal sealed class EmbeddedSet : StoreSet
{
    private SystemFolder? folder;

    public override string Name => "embedded";

    public override void PointAt(SystemFolder folder) => this.folder = folder;

    /// <summary>Deletes the records of stores. The system must be stopped.</summary>
    public void Forget(params string[] stores)
    {
        foreach (var store in stores)
        {
            using var connection = Open(store, SqliteOpenMode.ReadWrite);
            using var command = connection.CreateCommand();
            command.CommandText = $"DELETE FROM {store.Replace('-', '_')}";
            Assert.True(command.ExecuteNonQuery() > 0, $"{store} was empty");
        }
    }

    public override IReadOnlyList<string> ValuesOf(string store, string prefix)
    {
        using var connection = Open(store, SqliteOpenMode.ReadOnly);
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT CAST(value AS TEXT) FROM {store.Replace('-', '_')} WHERE key LIKE '{prefix}%'";
        using var rows = command.ExecuteReader();
        var found = new List<string>();
        while (rows.Read())
        {
            found.Add(rows.GetString(0));
        }
        return found;
    }

    /// <summary>Opens the file of the service that owns the store: the first word of a store's name is its service's.</summary>
    private SqliteConnection Open(string store, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = folder!.In($"data/{store.Split('-')[0]}.db"),
                Mode = mode,
                Pooling = false,
            }.ToString()
        );
        connection.Open();
        return connection;
    }
}
