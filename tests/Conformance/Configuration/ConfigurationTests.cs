using Conformance.Apps;
using Conformance.Running;
using Grpc.Core;
using Npgsql;
using Servers;
using StackExchange.Redis;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Configuration;

/// <summary>A configuration store as the suite sees it, and how an operator sets its items.</summary>
public abstract class ConfigurationDriver
{
    public abstract string? Missing { get; }

    public abstract Task StartAsync();

    public abstract string Component(string name);

    public abstract Task SetAsync(string key, string value, string version);

    /// <summary>The store's error for an id that no subscription has.</summary>
    public abstract string UnknownSubscription(string id);
}

public sealed class RedisItems : ConfigurationDriver
{
    private readonly int database = SharedServers.NextRedisDatabase();
    private RedisProcess? server;
    private ConnectionMultiplexer? redis;

    public override string? Missing => RedisProcess.Missing;

    public override async Task StartAsync()
    {
        server = await SharedServers.RedisAsync();
        redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
    }

    public override string Component(string name) =>
        Yaml.Component(name, "configuration.redis", ("redisHost", $"127.0.0.1:{server!.Port}"), ("redisDB", $"{database}"));

    public override Task SetAsync(string key, string value, string version) =>
        redis!.GetDatabase(database).StringSetAsync(key, $"{value}||{version}");

    public override string UnknownSubscription(string id) => $"subscription with id {id} does not exist";
}

public sealed class PostgresItems : ConfigurationDriver
{
    private readonly string table = "config" + Guid.NewGuid().ToString("N")[..8];
    private PostgresProcess? server;
    private NpgsqlDataSource? source;

    public override string? Missing => PostgresProcess.Missing;

    public override async Task StartAsync()
    {
        server = await SharedServers.PostgresAsync();
        source = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={server.Port};Username=postgres;Password={PostgresProcess.Password};SSL Mode=Disable"
        );
        await using var create = source.CreateCommand(
            $"""
            CREATE TABLE {table} (key varchar NOT NULL, value varchar NOT NULL, version varchar NOT NULL, metadata json);
            CREATE FUNCTION {table}_tell() RETURNS trigger AS $$ BEGIN PERFORM pg_notify('{table}', json_build_object('table', TG_TABLE_NAME, 'data', row_to_json(NEW))::text); RETURN NEW; END; $$ LANGUAGE plpgsql;
            CREATE TRIGGER tell AFTER INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE PROCEDURE {table}_tell();
            """
        );
        await create.ExecuteNonQueryAsync();
    }

    public override string Component(string name) =>
        Yaml.Component(
            name,
            "configuration.postgresql",
            ("connectionString", server!.ConnectionString),
            ("table", table),
            ("notifyChannel", table)
        );

    public override async Task SetAsync(string key, string value, string version)
    {
        await using var insert = source!.CreateCommand($"INSERT INTO {table} (key, value, version) VALUES ($1, $2, $3)");
        foreach (var text in (string[])[key, value, version])
        {
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
        }
        await insert.ExecuteNonQueryAsync();
    }

    public override string UnknownSubscription(string id) => $"unable to find subscription with ID : {id}";
}

public sealed class ConfigurationSidecar<TDriver> : IAsyncLifetime
    where TDriver : ConfigurationDriver, new()
{
    public TDriver Driver { get; } = new();

    public HttpApp App { get; private set; } = null!;

    public TestedSidecar Sidecar { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Driver.Missing is null)
        {
            await Driver.StartAsync();
            App = await HttpApp.StartAsync();
            Sidecar = await TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    AppId = "configured",
                    Isolated = true,
                    AppPort = App.PortNumber,
                    Resources =
                    [
                        Driver.Component("items"),
                        """
                        apiVersion: dapr.io/v1alpha1
                        kind: Resiliency
                        metadata: { name: guards }
                        spec:
                          policies:
                            retries:
                              twice: { policy: constant, duration: 1ms, maxRetries: 2, matching: { httpStatusCodes: "500" } }
                          targets:
                            components:
                              items: { inbound: { retry: twice } }
                        """,
                    ],
                }
            );
        }
    }

    public async Task DisposeAsync()
    {
        if (Driver.Missing is null)
        {
            await Sidecar.DisposeAsync();
            await App.DisposeAsync();
        }
    }
}

public sealed class RedisConfigurationTests(ConfigurationSidecar<RedisItems> fixture) : ConfigurationTests<RedisItems>(fixture);

public sealed class PostgresConfigurationTests(ConfigurationSidecar<PostgresItems> fixture) : ConfigurationTests<PostgresItems>(fixture);

/// <summary>The configuration API, the same for every store.</summary>
public abstract class ConfigurationTests<TDriver> : IClassFixture<ConfigurationSidecar<TDriver>>
    where TDriver : ConfigurationDriver, new()
{
    private readonly string key = "key_" + Guid.NewGuid().ToString("N")[..8];
    private readonly ConfigurationSidecar<TDriver> fixture;

    protected ConfigurationTests(ConfigurationSidecar<TDriver> fixture)
    {
        Skip.IfNot(fixture.Driver.Missing is null, fixture.Driver.Missing);
        this.fixture = fixture;
    }

    private HttpClient Http => fixture.Sidecar.Http;

    [SkippableTheory]
    [InlineData("/v1.0")]
    [InlineData("/v1.0-alpha1")]
    public async Task Items_are_returned_with_their_version_and_missing_ones_are_left_out(string version)
    {
        await Http.GetAsync($"{version}/configuration/items?key={key}").SucceedsAsync();
        await fixture.Driver.SetAsync(key, "red", "1");
        await Http.GetAsync($"{version}/configuration/items?key={key}&key=missing")
            .SucceedsAsync(200, $$$"""{"{{{key}}}":{"value":"red","version":"1"}}""" + "\n");
        var items = await fixture.Sidecar.Client.GetConfiguration("items", [key, "missing"]);
        Assert.Equal((key, "red", "1"), (items.Items.Single().Key, items.Items.Single().Value.Value, items.Items.Single().Value.Version));
        Assert.Contains(key, (await fixture.Sidecar.Client.GetConfiguration("items", [])).Items.Keys);
    }

    [SkippableFact]
    public async Task A_subscriber_over_HTTP_receives_changes_at_its_route_until_it_unsubscribes()
    {
        using var answer = await Http.GetAsync($"/v1.0/configuration/items/subscribe?key={key}");
        var id = (await answer.JsonAsync()).GetProperty("id").GetString()!;
        var next = fixture.App.NextAsync($"/configuration/items/{key}");
        await SetUntilReceivedAsync(next, "blue", "2");
        var received = await next;
        Assert.Equal(
            (id, "blue", "2"),
            (
                received.Json.GetProperty("id").GetString(),
                received.Json.GetProperty("items").GetProperty(key).GetProperty("value").GetString(),
                received.Json.GetProperty("items").GetProperty(key).GetProperty("version").GetString()
            )
        );
        await Http.GetAsync($"/v1.0/configuration/items/{id}/unsubscribe").SucceedsAsync(200, """{"ok":true}""" + "\n");
        using var refused = await Http.GetAsync($"/v1.0/configuration/items/{id}/unsubscribe");
        Assert.Equal(500, (int)refused.StatusCode);
        Assert.StartsWith(
            $$"""{"message":"failed to unsubscribe to configuration request {{id}}: """,
            await refused.TextAsync(),
            StringComparison.Ordinal
        ); // the other part is the store's
    }

    [SkippableFact]
    public async Task Items_and_notifications_are_written_in_UTF8_with_a_line_end()
    {
        const string value = "grün 😀 <&>";
        const string written = "grün 😀 \\u003c\\u0026\\u003e";
        using var answer = await Http.GetAsync($"/v1.0/configuration/items/subscribe?key={key}");
        var id = (await answer.JsonAsync()).GetProperty("id").GetString()!;
        var next = fixture.App.NextAsync($"/configuration/items/{key}");
        await SetUntilReceivedAsync(next, value, "2");
        Assert.Equal(
            $$$$"""{"id":"{{{{id}}}}","items":{"{{{{key}}}}":{"value":"{{{{written}}}}","version":"2"}}}""" + "\n",
            (await next).Text
        );
        await Http.GetAsync($"/v1.0/configuration/items?key={key}")
            .SucceedsAsync(200, $$$"""{"{{{key}}}":{"value":"{{{written}}}","version":"2"}}""" + "\n");
    }

    [SkippableFact]
    public async Task A_subscription_over_HTTP_is_unknown_over_gRPC_and_an_unknown_id_is_the_stores_error()
    {
        using var answer = await Http.GetAsync($"/v1.0/configuration/items/subscribe?key={key}");
        var id = (await answer.JsonAsync()).GetProperty("id").GetString()!;
        var refused = await fixture.Sidecar.Grpc.UnsubscribeConfigurationAsync(new() { StoreName = "items", Id = id });
        Assert.Equal(
            (false, $"failed to unsubscribe to configuration request {id}: subscription does not exist"),
            (refused.Ok, refused.Message)
        );
        await Http.GetAsync($"/v1.0/configuration/items/{id}/unsubscribe").SucceedsAsync(200, """{"ok":true}""" + "\n");
        var error = $"failed to unsubscribe to configuration request nobody: {fixture.Driver.UnknownSubscription("nobody")}";
        await Http.GetAsync("/v1.0/configuration/items/nobody/unsubscribe").SucceedsAsync(500, $$"""{"message":"{{error}}"}""" + "\n");
    }

    /// <summary>The statuses that a rule names do not matter: a failed notification has no code.</summary>
    [SkippableTheory]
    [InlineData(204)]
    [InlineData(404)]
    public async Task A_notification_that_is_not_answered_with_200_is_retried_under_a_policy(int status)
    {
        var path = $"/configuration/items/{key}";
        string Value(Received received) => received.Json.GetProperty("items").GetProperty(key).GetProperty("value").GetString()!;
        fixture.App.Answers(path, (received, context) =>
        {
            context.Response.StatusCode = Value(received) == "refused" ? status : 200;
            return Task.CompletedTask;
        });
        await Http.GetAsync($"/v1.0/configuration/items/subscribe?key={key}").SucceedsAsync(200);
        await SetUntilReceivedAsync(fixture.App.NextAsync(path), "first", "1");
        await fixture.Driver.SetAsync(key, "refused", "2");
        var refused = 0;
        while (refused < 3)
        {
            refused += Value(await fixture.App.NextAsync(path)) == "refused" ? 1 : 0;
        }
        await fixture.Driver.SetAsync(key, "last", "3");
        // A store that is read for each notification gives the refused value to the notifications of values just before and after it, too.
        while (Value(await fixture.App.NextAsync(path)) is var value && value != "last")
        {
            Assert.Equal("refused", value);
            refused++;
        }
        Assert.Equal(0, refused % 3);
    }

    [SkippableFact]
    public async Task A_subscriber_over_gRPC_gets_its_id_and_then_the_changes()
    {
        using var stream = fixture.Sidecar.Grpc.SubscribeConfiguration(
            new Protos.SubscribeConfigurationRequest { StoreName = "items", Keys = { key } }
        );
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).OrFail("the subscription was not confirmed"));
        var id = stream.ResponseStream.Current.Id;
        await fixture.Driver.SetAsync("another_key", "1", "1");
        var next = stream.ResponseStream.MoveNext(CancellationToken.None).OrFail("no change was received");
        await SetUntilReceivedAsync(next, "green", "3");
        Assert.True(await next);
        Assert.Equal(
            (id, key, "green"),
            (
                stream.ResponseStream.Current.Id,
                stream.ResponseStream.Current.Items.Single().Key,
                stream.ResponseStream.Current.Items.Single().Value.Value
            )
        );
        Assert.True((await fixture.Sidecar.Grpc.UnsubscribeConfigurationAsync(new() { StoreName = "items", Id = id })).Ok);
        while (await NextAsync(stream.ResponseStream))
        {
            Assert.Equal(key, stream.ResponseStream.Current.Items.Single().Key);
        }
        Assert.False((await fixture.Sidecar.Grpc.UnsubscribeConfigurationAsync(new() { StoreName = "items", Id = id })).Ok);
    }

    private static async Task<bool> NextAsync(IAsyncStreamReader<Protos.SubscribeConfigurationResponse> stream)
    {
        try
        {
            return await stream.MoveNext(CancellationToken.None).OrFail("the stream did not end");
        }
        catch (RpcException e) when (TestedSidecar.IsDaprd && e.Status.Detail.EndsWith("does not exist", StringComparison.Ordinal))
        {
            return false; // daprd ends the stream with this error if the subscription is removed before the stream ends
        }
    }

    /// <summary>daprd answers a subscription before the store listens, so a change may come too early for it.</summary>
    private Task SetUntilReceivedAsync(Task received, string value, string version) =>
        Eventually.UntilAsync(
            async () =>
            {
                await fixture.Driver.SetAsync(key, value, version);
                return received.IsCompleted;
            },
            "no change was received"
        );

    [SkippableFact]
    public async Task An_unknown_configuration_store_is_refused_with_its_name()
    {
        await Http.GetAsync("/v1.0/configuration/nope")
            .FailsAsync(400, "ERR_CONFIGURATION_STORE_NOT_FOUND", "configuration store nope not found");
        await fixture
            .Sidecar.Grpc.GetConfigurationAsync(new() { StoreName = "nope" })
            .FailsAsync(StatusCode.InvalidArgument, "configuration store nope not found");
    }
}
