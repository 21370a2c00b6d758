using System.Text.Json;
using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Logging;

/// <summary>A sidecar's log, and its log of API calls.</summary>
public sealed class ApiLogTests
{
    [Fact]
    public async Task API_calls_are_logged_with_the_flag()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "self",
                Isolated = true,
                OwnProcess = true,
                AppPort = app.PortNumber,
                Flags = ["--enable-api-logging=true"],
            }
        );
        await sidecar.Http.SendAsync("GET", "/v1.0/invoke/self/method/hi", null, null, ("User-Agent", "tests/1")).SucceedsAsync(200);
        await sidecar.Http.GetAsync("/v1.0/state/nope/key").FailsAsync(500, "ERR_STATE_STORE_NOT_CONFIGURED");
        await sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest());
        await sidecar
            .Grpc.GetStateAsync(new GetStateRequest { StoreName = "nope", Key = "key" })
            .FailsAsync(Grpc.Core.StatusCode.FailedPrecondition);
        await SaidAsync(
            sidecar,
            "level=info msg=\"HTTP API Called\" app_id=self code=200",
            "method=\"GET /v1.0/invoke/self/method/hi\"",
            "scope=dapr.runtime.http-info",
            "type=log",
            "useragent=tests/1"
        );
        await SaidAsync(sidecar, "code=500", "method=\"GET /v1.0/state/nope/key\"");
        await SaidAsync(
            sidecar,
            "msg=\"gRPC API Called\"",
            "code=0",
            "method=/dapr.proto.runtime.v1.Dapr/GetMetadata",
            "scope=dapr.runtime.grpc.api-info"
        );
        await SaidAsync(sidecar, "code=9", "method=/dapr.proto.runtime.v1.Dapr/GetState");
        Assert.Contains("GET /v1.0/healthz", sidecar.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flag_wins_over_the_Configurations_API_logging()
    {
        await using var app = await HttpApp.StartAsync();
        var options = new SidecarOptions
        {
            AppId = "self",
            Isolated = true,
            AppPort = app.PortNumber,
            Resources = [Yaml.Component("store", "state.in-memory")],
            Configuration = Yaml.Configuration("logging: { apiLogging: { enabled: true, obfuscateURLs: true, omitHealthChecks: true } }"),
        };
        await using (var sidecar = await TestedSidecar.StartAsync(options))
        {
            await sidecar.Http.GetAsync("/v1.0/state/store/secret").SucceedsAsync();
            await sidecar.Http.GetAsync("/v1.0/invoke/self/method/secret").SucceedsAsync(200);
            await sidecar.Http.GetAsync("/v1.0/actors/type/id/state/secret").FailsAsync(500, "ERR_ACTOR_RUNTIME_NOT_FOUND");
            await SaidAsync(sidecar, "method=GetState");
            await SaidAsync(sidecar, "method=InvokeService/self");
            await SaidAsync(sidecar, "method=GetActorState");
            Assert.DoesNotContain("secret", sidecar.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("ealthz", sidecar.Output, StringComparison.Ordinal);
        }
        await using var silent = await TestedSidecar.StartAsync(options with { Flags = ["--enable-api-logging=false"] });
        await silent.Http.GetAsync("/v1.0/state/store/secret").SucceedsAsync();
        await silent.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();
        Assert.Equal(0, await silent.Ended.OrFail("the sidecar did not end"));
        Assert.DoesNotContain("API Called", silent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_JSON_log_has_one_object_per_line()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "self",
                Isolated = true,
                OwnProcess = true,
                Flags = ["--enable-api-logging", "--log-as-json"],
            }
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();
        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
        var lines = sidecar
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.Contains("Shutdown requested via API", StringComparison.Ordinal)) // which daprd never writes as JSON
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .ToList();
        Assert.All(lines, line =>
            Assert.Equal(("self", "log"), (line.GetProperty("app_id").GetString(), line.GetProperty("type").GetString()))
        );
        Assert.Contains(lines, line =>
            line.GetProperty("msg").GetString() == "Daprd shutdown gracefully" && line.GetProperty("level").GetString() == "info"
        );
        var call = Assert.Single(lines, line =>
            line.TryGetProperty("method", out var method) && method.GetString() == "POST /v1.0/shutdown"
        );
        Assert.Equal(204, call.GetProperty("code").GetInt32());
    }

    private static Task SaidAsync(TestedSidecar sidecar, params string[] parts) =>
        Eventually.UntilAsync(
            () => Task.FromResult(sidecar.Output.Split('\n').Any(line => parts.All(part => line.Contains(part, StringComparison.Ordinal)))),
            $"the sidecar did not say {string.Join(" … ", parts)}; it said:\n{sidecar.Output}"
        );
}
