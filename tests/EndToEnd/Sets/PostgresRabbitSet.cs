using EndToEnd.Systems;
using Npgsql;
using Servers;

namespace EndToEnd.Sets;

internal sealed class PostgresRabbitSet : StoreSet
{
    private readonly PostgresProcess postgres;
    private readonly RabbitProcess rabbit;

    private PostgresRabbitSet(PostgresProcess postgres, RabbitProcess rabbit) => (this.postgres, this.rabbit) = (postgres, rabbit);

    public override string Name => "postgres-rabbitmq";

    public static async Task<PostgresRabbitSet> StartAsync()
    {
        Skip.IfNot((PostgresProcess.Missing ?? RabbitProcess.Missing) is null, PostgresProcess.Missing ?? RabbitProcess.Missing);
        var rabbit = new RabbitProcess();
        var postgres = StartPostgresAsync();
        await Task.WhenAll(postgres, rabbit.StartAsync());
        return new PostgresRabbitSet(await postgres, rabbit);
    }

    /// <summary>Starts a server with the roles and databases of the services. Skips the test if a program is missing.</summary>
    public static async Task<PostgresProcess> StartPostgresAsync()
    {
        Skip.IfNot(PostgresProcess.Missing is null, PostgresProcess.Missing);
        var server = new PostgresProcess();
        await server.StartAsync();
        await server.RunScriptAsync(Path.Combine(Repository.Root, "deploy/postgres/databases.sql"));
        return server;
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
    public static string ConnectionOf(PostgresProcess server, string service, string? database = null) =>
        $"Host=127.0.0.1;Port={server.Port};Username={service};Password={service};Database={database ?? service};SSL Mode=Disable";

    public override async Task ExecuteAsync(string sql)
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, sql);
        await postgres.RunScriptAsync(script);
        File.Delete(script);
    }

    public override IReadOnlyList<string> ValuesOf(string store, string prefix)
    {
        using var source = NpgsqlDataSource.Create($"{ConnectionOf(postgres, store.Split('-')[0])};Pooling=false");
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
