using EndToEnd.Systems;
using Npgsql;
using Servers;

namespace EndToEnd.Sets;

internal sealed class PostgresRabbitSet : StoreSet
{
    private readonly PostgresProcess postgres = new();
    private readonly RabbitProcess rabbit = new();

    public override string Name => "postgres-rabbitmq";

    public static async Task<PostgresRabbitSet> StartAsync()
    {
        Skip.IfNot((PostgresProcess.Missing ?? RabbitProcess.Missing) is null, PostgresProcess.Missing ?? RabbitProcess.Missing);
        var set = new PostgresRabbitSet();
        await Task.WhenAll(set.postgres.StartAsync(), set.rabbit.StartAsync());
        await set.postgres.RunScriptAsync(Path.Combine(Repository.Root, "deploy/postgres/databases.sql"));
        return set;
    }

    public override void PointAt(SystemFolder folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder.In("components/postgres-rabbitmq"), "*.yaml"))
        {
            if (Path.GetFileName(file) == "events.yaml")
            {
                folder.Replace(file, "amqp://guest:guest@localhost:5672", rabbit.ConnectionString());
            }
            else
            {
                folder.Replace(file, "host=localhost port=5432", $"host=127.0.0.1 port={postgres.Port}");
            }
        }
    }

    /// <summary>The connection string of a service's own role, to its own database or another's.</summary>
    public string ConnectionOf(string service, string? database = null) =>
        $"Host=127.0.0.1;Port={postgres.Port};Username={service};Password={service};Database={database ?? service};SSL Mode=Disable";

    public override async Task ExecuteAsync(string sql)
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, sql);
        await postgres.RunScriptAsync(script);
        File.Delete(script);
    }

    public override IReadOnlyList<string> ValuesOf(string store, string prefix)
    {
        using var source = NpgsqlDataSource.Create($"{ConnectionOf(store.Split('-')[0])};Pooling=false");
        using var command = source.CreateCommand(
            $"SELECT convert_from(value, 'UTF8') FROM {store.Replace('-', '_')}_state WHERE key LIKE '{prefix}%'"
        );
        using var rows = command.ExecuteReader();
        var found = new List<string>();
        while (rows.Read())
        {
            found.Add(rows.GetString(0));
        }
        return found;
    }

    public override async Task RestartServersAsync()
    {
        await postgres.KillAsync();
        await rabbit.KillAsync();
        await Task.WhenAll(postgres.StartAsync(), rabbit.StartAsync());
    }

    public override async ValueTask DisposeAsync()
    {
        await postgres.DisposeAsync();
        await rabbit.DisposeAsync();
    }
}
