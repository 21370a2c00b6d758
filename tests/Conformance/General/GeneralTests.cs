using System.Text.Json;
using Conformance.Apps;
using Conformance.Running;
using Grpc.Core;

namespace Conformance.General;

/// <summary>One sidecar without app, with secrets; shared by the tests.</summary>
public sealed class PlainSidecar : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("conformance-secrets-");

    public TestedSidecar Sidecar { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var secrets = Path.Combine(folder.FullName, "secrets.json");
        await File.WriteAllTextAsync(
            secrets,
            """{"allowed":"a","denied":"d","nested":{"password":"p","list":["x"]},"number":5,"flag":true}"""
        );
        Sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "plain",
                Resources =
                [
                    Yaml.Component("store", "state.in-memory"),
                    Yaml.Component("vault", "secretstores.local.file", ("secretsFile", secrets)),
                    Yaml.Component("vaults", "secretstores.local.file", ("secretsFile", secrets), ("multiValued", "true")),
                    Yaml.Component("env", "secretstores.local.env"),
                    Yaml.Component("prefixed", "secretstores.local.env", ("prefix", "CONFORMANCE_")),
                ],
                Configuration = Yaml.Configuration(
                    "secrets: { scopes: [ { storeName: vault, defaultAccess: allow, deniedSecrets: [denied] } ] }"
                ),
                Environment = new Dictionary<string, string>
                {
                    ["CONFORMANCE_"] = "the prefix itself",
                    ["CONFORMANCE_ONE"] = "1",
                    ["APP_API_TOKEN"] = "hidden",
                },
            }
        );
    }

    public async Task DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        folder.Delete(recursive: true);
    }
}

public sealed class GeneralTests(PlainSidecar fixture) : IClassFixture<PlainSidecar>
{
    private HttpClient Http => fixture.Sidecar.Http;

    [Fact]
    public async Task Secrets_are_read_one_by_one_and_in_bulk()
    {
        await Http.GetAsync("/v1.0/secrets/vault/allowed").SucceedsAsync(200, """{"allowed":"a"}""" + "\n");
        await Http.GetAsync("/v1.0/secrets/vault/nested:password").SucceedsAsync(200, """{"nested:password":"p"}""" + "\n");
        using var all = await Http.GetAsync("/v1.0/secrets/vault/bulk");
        Assert.Equal(
            ["allowed", "flag", "nested:list:0", "nested:password", "number"],
            (await all.JsonAsync()).EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal("p", (await fixture.Sidecar.Client.GetSecretAsync("vault", "nested:password"))["nested:password"]);
        Assert.False((await fixture.Sidecar.Client.GetBulkSecretAsync("vault")).ContainsKey("denied"));
        await Http.GetAsync("/v1.0/secrets/prefixed/ONE").SucceedsAsync(200, """{"ONE":"1"}""" + "\n");
        Assert.False((await fixture.Sidecar.Client.GetBulkSecretAsync("prefixed")).ContainsKey(""));
        await Http.GetAsync("/v1.0/secrets/env/APP_API_TOKEN").SucceedsAsync(200, """{"APP_API_TOKEN":""}""" + "\n");
    }

    [Fact]
    public async Task Secrets_that_are_no_texts_have_the_form_that_daprd_gives_them()
    {
        await Http.GetAsync("/v1.0/secrets/vault/number").SucceedsAsync(200, """{"number":"%!s(float64=5)"}""" + "\n");
        await Http.GetAsync("/v1.0/secrets/vault/flag").SucceedsAsync(200, """{"flag":"%!s(bool=true)"}""" + "\n");
        await Http.GetAsync("/v1.0/secrets/vaults/allowed").SucceedsAsync(200, """{"allowed":"a"}""" + "\n");
        await Http.GetAsync("/v1.0/secrets/vaults/nested").SucceedsAsync(200, """{"list:0":"x","password":"p"}""" + "\n");
        await Http.GetAsync("/v1.0/secrets/vaults/number")
            .FailsAsync(500, "ERR_SECRET_GET", "failed getting secret with key number from secret store vaults: secret number not found");
    }

    [Fact]
    public async Task Denied_and_missing_secrets_have_different_errors()
    {
        await Http.GetAsync("/v1.0/secrets/vault/denied")
            .FailsAsync(403, "ERR_PERMISSION_DENIED", "access denied by policy to get \"denied\" from \"vault\"");
        await Http.GetAsync("/v1.0/secrets/vault/missing")
            .FailsAsync(500, "ERR_SECRET_GET", "failed getting secret with key missing from secret store vault: secret missing not found");
        await Http.GetAsync("/v1.0/secrets/nope/x")
            .FailsAsync(401, "ERR_SECRET_STORE_NOT_FOUND", "failed finding secret store with key nope");
        await fixture.Sidecar.Grpc.GetSecretAsync(new() { StoreName = "vault", Key = "denied" }).FailsAsync(StatusCode.PermissionDenied);
        await fixture.Sidecar.Grpc.GetSecretAsync(new() { StoreName = "vault", Key = "missing" }).FailsAsync(StatusCode.Internal);
        await fixture.Sidecar.Grpc.GetSecretAsync(new() { StoreName = "nope", Key = "x" }).FailsAsync(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task The_health_API_checks_the_app_id()
    {
        await Http.GetAsync("/v1.0/healthz").SucceedsAsync();
        await Http.GetAsync("/v1.0/healthz/outbound").SucceedsAsync();
        await Http.GetAsync("/v1.0/healthz?appid=plain").SucceedsAsync();
        await Http.GetAsync("/v1.0/healthz?appid=other").FailsAsync(500, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match");
    }

    [Fact]
    public async Task Metadata_has_daprds_shape_and_takes_extensions()
    {
        await Http.SendAsync("PUT", "/v1.0/metadata/colour", "blue", "text/plain").SucceedsAsync();
        await fixture.Sidecar.Client.SetMetadataAsync("size", "big");
        using var answer = await Http.GetAsync("/v1.0/metadata");
        var json = await answer.JsonAsync();
        Assert.Equal(
            ("plain", "blue", "big"),
            (
                json.GetProperty("id").GetString(),
                json.GetProperty("extended").GetProperty("colour").GetString(),
                json.GetProperty("extended").GetProperty("size").GetString()
            )
        );
        Assert.Matches(@"^\d+\.\d+\.\d+$", json.GetProperty("extended").GetProperty("daprRuntimeVersion").GetString());
        Assert.False(json.TryGetProperty("subscriptions", out _));
        Assert.False(json.TryGetProperty("actors", out _));
        var store = json.GetProperty("components")
            .EnumerateArray()
            .Single(component => component.GetProperty("name").GetString() == "store");
        Assert.Equal(
            ("state.in-memory", "v1", true),
            (
                store.GetProperty("type").GetString(),
                store.GetProperty("version").GetString(),
                store.GetProperty("capabilities").EnumerateArray().Any(item => item.GetString() == "ETAG")
            )
        );
        Assert.Equal(JsonValueKind.String, json.GetProperty("actorRuntime").GetProperty("runtimeStatus").ValueKind);
        Assert.Equal("plain", (await fixture.Sidecar.Client.GetMetadataAsync()).Id);
    }

    [Theory]
    [InlineData("OPTIONS", "/v1.0/metadata")]
    [InlineData("DELETE", "/v1.0/metadata")]
    [InlineData("POST", "/v1.0/state/store/key/too/deep")]
    [InlineData("GET", "/")]
    [InlineData("GET", "/v1.0/unknown")]
    [InlineData("GET", "/V1.0/metadata")]
    public Task A_path_without_a_route_is_an_invocation_without_a_target(string method, string path) =>
        Http.SendAsync(method, path).FailsAsync(404, "ERR_DIRECT_INVOKE");

    [Fact]
    public async Task Building_blocks_without_a_component_answer_as_daprd_does()
    {
        await Http.SendAsync("POST", "/v1.0/bindings/nope", """{"operation":"create"}""")
            .FailsAsync(500, "ERR_INVOKE_OUTPUT_BINDING", "error invoking output binding nope: couldn't find output binding nope");
        await Http.SendAsync("POST", "/v1.0/bindings/nope", "{}")
            .FailsAsync(500, "ERR_INVOKE_OUTPUT_BINDING", "error invoking output binding nope: operation field is missing from request");
        await Http.SendAsync("POST", "/v1.0-alpha1/lock/nope", """{"resourceId":"r","lockOwner":"o","expiryInSeconds":1}""")
            .FailsAsync(500, "ERR_LOCK_STORE_NOT_CONFIGURED", "lock store is not configured");
        await Http.SendAsync("POST", "/v1.0-alpha1/lock/nope", """{"resourceId":"r","lockOwner":"o"}""")
            .FailsAsync(400, "ERR_MALFORMED_REQUEST", "ExpiryInSeconds is not positive in lock store nope");
        await Http.GetAsync("/v1.0/configuration/nope?key=a")
            .FailsAsync(500, "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured");
        await fixture
            .Sidecar.Grpc.InvokeBindingAsync(new() { Name = "nope", Operation = "create" })
            .FailsAsync(StatusCode.Internal, "error invoking output binding nope: couldn't find output binding nope");
        await fixture
            .Sidecar.Grpc.TryLockAlpha1Async(
                new()
                {
                    StoreName = "nope",
                    ResourceId = "r",
                    LockOwner = "o",
                    ExpiryInSeconds = 1,
                }
            )
            .FailsAsync(StatusCode.FailedPrecondition, "lock store is not configured");
        await fixture
            .Sidecar.Grpc.GetConfigurationAsync(new() { StoreName = "nope" })
            .FailsAsync(StatusCode.FailedPrecondition, "configuration stores not configured");
    }

    [Fact]
    public async Task The_public_port_serves_health_and_metadata_only()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{fixture.Sidecar.PublicPort}") };
        await http.GetAsync("/v1.0/healthz").SucceedsAsync();
        await http.GetAsync("/v1.0/healthz/outbound").SucceedsAsync();
        await http.SendAsync("PUT", "/v1.0/metadata/shape", "round", "text/plain").SucceedsAsync();
        using var metadata = await http.GetAsync("/v1.0/metadata/");
        Assert.Equal("round", (await metadata.JsonAsync()).GetProperty("extended").GetProperty("shape").GetString());
        await http.GetAsync("/v1.0/secrets/vault/allowed").SucceedsAsync(404, "404 page not found\n");
        await http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync(404, "404 page not found\n");
        await http.SendAsync("GET", "/any", null, null, ("dapr-app-id", "plain")).SucceedsAsync(404, "404 page not found\n");
        using var verb = await http.SendAsync("DELETE", "/v1.0/metadata");
        Assert.Equal((405, "GET"), ((int)verb.StatusCode, verb.Content.Headers.Allow.Single()));
    }

    [Fact]
    public async Task Without_the_flag_answers_have_no_CORS_headers()
    {
        using var answer = await Http.SendAsync("GET", "/v1.0/metadata", null, null, ("Origin", "https://page.example"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }
}

/// <summary>Tests that need a separate sidecar.</summary>
public sealed class StartupTests
{
    [Fact]
    public async Task Every_request_but_health_needs_the_API_token_except_on_the_public_port()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Flags = ["--allowed-origins", "https://page.example"],
                Environment = new Dictionary<string, string> { ["DAPR_API_TOKEN"] = "secret" },
            }
        );
        await sidecar.Http.GetAsync("/v1.0/healthz").SucceedsAsync();
        await sidecar.Http.GetAsync("/v1.0/metadata").SucceedsAsync(401, "invalid api token\n");
        await sidecar
            .Http.SendAsync("GET", "/v1.0/metadata", null, null, ("dapr-api-token", "wrong"))
            .SucceedsAsync(401, "invalid api token\n");
        await sidecar.Http.SendAsync("GET", "/v1.0/metadata", null, null, ("dapr-api-token", "secret")).SucceedsAsync(200);
        using var open = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{sidecar.PublicPort}") };
        await open.GetAsync("/v1.0/metadata").SucceedsAsync(200);
        await sidecar.Grpc.GetMetadataAsync(new()).FailsAsync(StatusCode.Unauthenticated, "Unauthorized");
        await sidecar.Grpc.GetMetadataAsync(new(), new Metadata { { "dapr-api-token", "secret" } });
        using var preflight = await sidecar.Http.SendAsync(
            "OPTIONS",
            "/v1.0/metadata",
            null,
            null,
            ("Origin", "https://page.example"),
            ("Access-Control-Request-Method", "GET")
        );
        Assert.Equal(
            (200, "https://page.example"),
            ((int)preflight.StatusCode, preflight.Headers.GetValues("Access-Control-Allow-Origin").Single())
        );
        using var other = await sidecar.Http.SendAsync(
            "OPTIONS",
            "/v1.0/metadata",
            null,
            null,
            ("Origin", "https://evil.example"),
            ("Access-Control-Request-Method", "GET")
        );
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_app_receives_its_own_token_and_never_the_callers()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Environment = new Dictionary<string, string> { ["APP_API_TOKEN"] = "of-the-app" },
            }
        );
        await sidecar
            .Http.SendAsync("GET", $"/v1.0/invoke/{sidecar.AppId}/method/x", null, null, ("dapr-api-token", "of-the-caller"))
            .SucceedsAsync(200);
        Assert.Equal("of-the-app", (await app.NextAsync("/x")).Header("dapr-api-token"));
    }

    [Fact]
    public async Task Until_the_app_listens_the_sidecar_is_not_ready()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = Port.Free(), AwaitReady = false });
        await sidecar.Http.GetAsync("/v1.0/healthz").FailsAsync(500, "ERR_HEALTH_NOT_READY");
        await sidecar.Http.GetAsync("/v1.0/healthz/outbound").SucceedsAsync();
    }

    [Fact]
    public async Task An_unhealthy_app_gets_no_events_until_it_is_healthy()
    {
        await using var app = await HttpApp.StartAsync();
        app.Subscribes("""[{"pubsubname":"events","topic":"t","route":"/t"}]""");
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("events", "pubsub.in-memory")],
                Flags =
                [
                    "--enable-app-health-check",
                    "--app-health-check-path",
                    "/well",
                    "--app-health-probe-interval",
                    "1",
                    "--app-health-probe-timeout",
                    "500",
                    "--app-health-threshold",
                    "1",
                ],
            }
        );
        app.Answers("/well", 503);
        await Eventually.UntilAsync(async () => !await IsCalledAsync(), "the app was called although it is not well");
        await Eventually.UntilAsync(
            async () =>
            {
                await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/t", "\"unheard\"").SucceedsAsync();
                while (!app.GotNothingMore("/well"))
                {
                    // Probes of before; an event that was delivered at all is there by the next one.
                }
                await app.NextAsync("/well");
                return app.GotNothingMore("/t");
            },
            "the app got events although it is not well"
        );
        var arrived = new TaskCompletionSource();
        app.Answers("/t", (_, _) =>
        {
            arrived.TrySetResult();
            return Task.CompletedTask;
        });
        app.Answers("/well", 200);
        await Eventually.UntilAsync(IsCalledAsync, "the app was not called again");
        await Eventually.UntilAsync(
            async () =>
            {
                await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/t", "\"heard\"").SucceedsAsync();
                return arrived.Task.IsCompleted;
            },
            "the subscriptions were not taken up again"
        );
        Assert.Equal("heard", (await app.NextAsync("/t")).Json.GetProperty("data").GetString());

        async Task<bool> IsCalledAsync()
        {
            using var answer = await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/called");
            return answer.IsSuccessStatusCode;
        }
    }

    [Fact]
    public async Task An_app_gets_no_more_concurrent_requests_than_its_limit()
    {
        await using var app = await HttpApp.StartAsync();
        var (running, most, full, go) = (0, 0, new TaskCompletionSource<bool>(), new TaskCompletionSource());
        var counting = new Lock();
        app.Answers("/slow", async (_, _) =>
        {
            lock (counting)
            {
                most = Math.Max(most, ++running);
                if (running == 2)
                {
                    full.TrySetResult(true);
                }
            }
            await go.Task.WaitAsync(Eventually.Limit);
            lock (counting)
            {
                running--;
            }
        });
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { AppPort = app.PortNumber, Flags = ["--app-max-concurrency", "2"] }
        );
        var calls = Enumerable.Range(0, 6).Select(_ => sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/slow")).ToList();
        await full.Task.OrFail("the app was not called twice at once");
        go.SetResult();
        foreach (var call in calls)
        {
            await call.SucceedsAsync(200);
        }
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task A_shutdown_request_stops_the_sidecar_gracefully()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions());
        await sidecar.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();
        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
    }

    [Theory]
    [InlineData("pubsub.unheard-of")]
    [InlineData("state.unheard-of")]
    public async Task An_unknown_component_type_ends_the_sidecar_with_its_name(string type)
    {
        var (exitCode, output) = await TestedSidecar.RefusedAsync(new SidecarOptions { Resources = [Yaml.Component("strange", type)] });
        Assert.NotEqual(0, exitCode);
        Assert.Contains(type, output, StringComparison.Ordinal);
    }
}
