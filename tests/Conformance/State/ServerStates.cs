using Conformance.Running;
using Servers;

namespace Conformance.State;

public sealed class RedisState : StateDriver
{
    private readonly int database = SharedServers.NextRedisDatabase();
    private RedisProcess? server;

    public override string? Missing => RedisProcess.Missing;
    public override bool ComparesWithinTransaction => true;
    public override (int Save, int Delete) UnreadableETag => (400, 409);
    public override bool ETagNeedsKey => false;
    public override int SecondFirstWrite => 500;
    public override bool FirstWriteInTransactions => false;
    public override bool LastWriteIgnoresETag => true;
    public override bool TellsExpiry => false;

    /// <summary>daprd writes values for Redis by a faster encoder: names in any order, six digits of a fraction, markup as it is.</summary>
    public override bool KeepsJson => !TestedSidecar.IsDaprd;

    public override bool ChecksOptions(string operation, bool inTransaction) => !inTransaction;

    public override async Task StartAsync() => server = await SharedServers.RedisAsync();

    public override string Component(string name, params (string Name, string Value)[] metadata) =>
        Yaml.Component(name, "state.redis", [("redisHost", $"127.0.0.1:{server!.Port}"), ("redisDB", $"{database}"), .. metadata]);
}

/// <summary>A table per component, as the two versions name them.</summary>
public abstract class PostgresState(string version) : StateDriver
{
    private readonly string schema = "t" + Guid.NewGuid().ToString("N")[..8];
    private PostgresProcess? server;

    public override string? Missing => PostgresProcess.Missing;
    public override bool ComparesWithinTransaction => true;
    public override int SecondFirstWrite => 500;

    public override bool ChecksOptions(string operation, bool inTransaction) => operation == "upsert";

    protected abstract (string Name, string Value) Table(string prefix);

    public override async Task StartAsync() => server = await SharedServers.PostgresAsync();

    public override string Component(string name, params (string Name, string Value)[] metadata) =>
        Yaml.Component(
            name,
            "state.postgresql",
            version,
            [
                ("connectionString", server!.ConnectionString),
                ("metadataTableName", $"{schema}_metadata"),
                Table($"{schema}_{name}_"),
                .. metadata,
            ]
        );
}

public sealed class Postgres1State() : PostgresState("v1")
{
    public override (int Save, int Delete) UnreadableETag => (400, 400);
    public override bool KeepsJson => false;

    protected override (string Name, string Value) Table(string prefix) => ("tableName", prefix + "state");
}

public sealed class Postgres2State() : PostgresState("v2")
{
    protected override (string Name, string Value) Table(string prefix) => ("tablePrefix", prefix);
}
