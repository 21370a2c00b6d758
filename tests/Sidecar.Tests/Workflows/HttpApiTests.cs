using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Sidecar.Api;
using Sidecar.Api.Http;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows.Api;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

public sealed class HttpApiTests : IAsyncLifetime
{
    private readonly EngineHost host = new(
        script: new Script()
            .Workflow("echo", flow =>
            {
                flow.CustomStatus = "echoing";
                return Task.FromResult(flow.Input);
            })
            .Workflow("wait", async flow => await flow.Event("go"))
            .Workflow("broken", _ => Task.FromException<string?>(
                    new TaskFailed(
                        new()
                        {
                            ErrorType = "E",
                            ErrorMessage = "m",
                            StackTrace = "s",
                        }
                    )
                ))
    );
    private readonly HttpClient client = new();
    private WebApplication? app;
    private bool withoutStore;

    public async Task InitializeAsync()
    {
        await host.Engine.StartAsync(default);
        host.Connect();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Use(next => context => HttpEdge.GuardAsync(context, next));
        app.MapWorkflows(_ => withoutStore ? null : host.Engine);
        await app.StartAsync();
        client.BaseAddress = new Uri(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
        );
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await app!.DisposeAsync();
        await host.DisposeAsync();
    }

    [Theory]
    [InlineData("v1.0")]
    [InlineData("v1.0-beta1")]
    [InlineData("v1.0-alpha1")]
    public async Task Start_answers_202_with_the_id_and_get_shows_the_instance(string version)
    {
        var started = await client.PostAsync(
            $"/{version}/workflows/dapr/echo/start?instanceID=e-1",
            new StringContent("""{"raw": 1}""", Encoding.UTF8)
        );
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        Assert.Equal("""{"instanceID":"e-1"}""", await started.Content.ReadAsStringAsync());
        await host.EndOfAsync("e-1");

        using var shown = JsonDocument.Parse(await client.GetStringAsync($"/{version}/workflows/dapr/e-1"));
        var root = shown.RootElement;
        Assert.Equal("e-1", root.GetProperty("instanceID").GetString());
        Assert.Equal("echo", root.GetProperty("workflowName").GetString());
        Assert.Equal("COMPLETED", root.GetProperty("runtimeStatus").GetString());
        Assert.Equal("2030-01-01T00:00:00Z", root.GetProperty("createdAt").GetString());
        Assert.True(root.TryGetProperty("lastUpdatedAt", out _));
        Assert.Equal("""{"raw": 1}""", root.GetProperty("properties").GetProperty("dapr.workflow.input").GetString());
        Assert.Equal("""{"raw": 1}""", root.GetProperty("properties").GetProperty("dapr.workflow.output").GetString());
        Assert.Equal("echoing", root.GetProperty("properties").GetProperty("dapr.workflow.custom_status").GetString());
    }

    [Fact]
    public async Task Start_without_an_id_creates_one()
    {
        var answer = await client.PostAsync("/v1.0/workflows/dapr/echo/start", null);
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("instanceID").GetString();

        Assert.True(Guid.TryParse(id, out _));
    }

    [Theory]
    [InlineData("a b", "ERR_INSTANCE_ID_INVALID")]
    [InlineData("a||b", "ERR_INSTANCE_ID_INVALID")]
    [InlineData("a.b", "ERR_INSTANCE_ID_INVALID")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123x", "ERR_INSTANCE_ID_TOO_LONG")]
    [InlineData("äääääääääääääääääääääääääääääääää", "ERR_INSTANCE_ID_TOO_LONG")]
    public async Task Start_refuses_an_invalid_id(string id, string code) =>
        await ExpectAsync(HttpStatusCode.BadRequest, code, HttpMethod.Post, $"echo/start?instanceID={Uri.EscapeDataString(id)}");

    [Theory]
    [InlineData("instanceID=Zähler-1_b&instanceID=other", "Zähler-1_b")]
    [InlineData("instanceid=other&instanceID=\U00010400", "\U00010400")]
    public async Task Start_takes_the_first_id_and_the_case_of_the_parameter_counts(string query, string id)
    {
        var answer = await client.PostAsync($"/v1.0/workflows/dapr/echo/start?{query}", null);

        Assert.Equal(id, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("instanceID").GetString());
    }

    [Fact]
    public async Task Suspend_resume_terminate_and_purge_answer_202_with_an_empty_object()
    {
        await host.StartAsync("wait", "w");
        foreach (var (verb, body) in new[] { ("pause", ""), ("resume", """{"instanceID":"other","more":1}"""), ("raiseEvent/go", "now") })
        {
            var answer = await client.PostAsync($"/v1.0/workflows/dapr/w/{verb}", new StringContent(body));
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Assert.Equal("{}", await answer.Content.ReadAsStringAsync());
        }

        Assert.Equal("now", (await host.EndOfAsync("w")).Output);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync("/v1.0/workflows/dapr/w/terminate", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync("/v1.0/workflows/dapr/w/purge", null)).StatusCode);
        await ExpectAsync(HttpStatusCode.NotFound, "ERR_INSTANCE_ID_NOT_FOUND", HttpMethod.Get, "w");
    }

    [Theory]
    [InlineData("GET", "missing", 404, "ERR_INSTANCE_ID_NOT_FOUND")]
    [InlineData("POST", "missing/purge", 404, "ERR_INSTANCE_ID_NOT_FOUND")]
    [InlineData("POST", "missing/terminate", 404, "ERR_INSTANCE_ID_NOT_FOUND")]
    [InlineData("POST", "missing/raiseEvent/e", 500, "ERR_RAISE_EVENT_WORKFLOW")]
    [InlineData("POST", "missing/pause", 500, "ERR_PAUSE_WORKFLOW")]
    [InlineData("POST", "missing/resume", 500, "ERR_RESUME_WORKFLOW")]
    public async Task A_missing_instance_has_the_Dapr_runtimes_error(string method, string path, int status, string code) =>
        await ExpectAsync((HttpStatusCode)status, code, new HttpMethod(method), path);

    [Theory]
    [InlineData("GET", "w")]
    [InlineData("POST", "w/terminate")]
    [InlineData("POST", "w/pause")]
    [InlineData("POST", "w/resume")]
    [InlineData("POST", "w/purge")]
    public async Task A_body_that_is_no_message_is_refused(string method, string path)
    {
        await host.StartAsync("wait", "w");
        await ExpectAsync(HttpStatusCode.BadRequest, "ERR_MALFORMED_REQUEST", new HttpMethod(method), path, new StringContent("now"));
        Assert.Equal(OrchestrationStatus.Running, (await host.StatusAsync("w", OrchestrationStatus.Running)).WorkflowStatus);
    }

    [Fact]
    public async Task The_error_for_a_missing_instance_contains_its_id()
    {
        var answer = await client.GetAsync("/v1.0-beta1/workflows/dapr/not-found");

        Assert.Equal(
            """{"errorCode":"ERR_INSTANCE_ID_NOT_FOUND","message":"unable to find workflow with the provided instance ID: not-found"}""",
            await answer.Content.ReadAsStringAsync()
        );
        using var purged = await client.PostAsync("/v1.0/workflows/dapr/gone/purge", null);
        Assert.Equal(
            """{"errorCode":"ERR_INSTANCE_ID_NOT_FOUND","message":"unable to find workflow with the provided instance ID: gone"""
                + "%!(EXTRA *fmt.wrapError=failed to purge workflow state: failed to fetch workflow state: no such instance exists)\"}",
            await purged.Content.ReadAsStringAsync()
        );
        using var terminated = await client.PostAsync("/v1.0/workflows/dapr/gone/terminate", null);
        Assert.Equal(
            """{"errorCode":"ERR_INSTANCE_ID_NOT_FOUND","message":"unable to find workflow with the provided instance ID: gone"""
                + "%!(EXTRA *fmt.wrapError=failed to submit termination request:: no such instance exists)\"}",
            await terminated.Content.ReadAsStringAsync()
        );
    }

    [Fact]
    public async Task Running_instances_are_neither_purged_nor_started_again()
    {
        await host.StartAsync("wait", "w");
        await host.StatusAsync("w", OrchestrationStatus.Running);

        await ExpectAsync(HttpStatusCode.InternalServerError, "ERR_PURGE_WORKFLOW", HttpMethod.Post, "w/purge");
        var begun = host.Clock.GetUtcNow();
        var start = ExpectAsync(HttpStatusCode.InternalServerError, "ERR_START_WORKFLOW", HttpMethod.Post, "wait/start?instanceID=w");
        await PassPausesAsync(start);
        await start;
        Assert.InRange(host.Clock.GetUtcNow() - begun, TimeSpan.FromSeconds(3), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_start_is_repeated_until_the_instance_with_its_id_has_ended()
    {
        await host.StartAsync("wait", "w", "old");
        await host.StatusAsync("w", OrchestrationStatus.Running);
        var start = new WorkflowApi(host.Engine).StartAsync("echo", "w", "new"u8.ToArray());
        Assert.False(start.IsCompleted);
        await host.Engine.RaiseEventAsync("w", "go", null);
        await host.EndOfAsync("w");
        await PassPausesAsync(start);

        Assert.Equal("w", await start);
        Assert.Equal("new", (await host.EndOfAsync("w")).Output);
    }

    [Fact]
    public async Task Input_that_is_no_UTF8_is_refused()
    {
        await host.StartAsync("wait", "w");
        await ExpectAsync(
            HttpStatusCode.InternalServerError,
            "ERR_RAISE_EVENT_WORKFLOW",
            HttpMethod.Post,
            "w/raiseEvent/go",
            new ByteArrayContent([0xff])
        );
        var start = ExpectAsync(
            HttpStatusCode.InternalServerError,
            "ERR_START_WORKFLOW",
            HttpMethod.Post,
            "echo/start",
            new ByteArrayContent([0xff])
        );
        await PassPausesAsync(start);
        await start;
    }

    [Fact]
    public async Task A_failure_is_shown_in_properties()
    {
        await host.StartAsync("broken", "b");
        await host.EndOfAsync("b");

        using var shown = JsonDocument.Parse(await client.GetStringAsync("/v1.0/workflows/dapr/b"));
        var properties = shown.RootElement.GetProperty("properties");
        Assert.Equal("FAILED", shown.RootElement.GetProperty("runtimeStatus").GetString());
        Assert.Equal("E", properties.GetProperty("dapr.workflow.failure.error_type").GetString());
        Assert.Equal("m", properties.GetProperty("dapr.workflow.failure.error_message").GetString());
        Assert.Equal("s", properties.GetProperty("dapr.workflow.failure.stack_trace").GetString());
        Assert.Equal(
            ["dapr.workflow.failure.error_message", "dapr.workflow.failure.error_type", "dapr.workflow.failure.stack_trace"],
            properties.EnumerateObject().Select(property => property.Name)
        );
    }

    [Fact]
    public void An_output_is_shown_beside_a_failure()
    {
        var info = WorkflowInfo.Of(new WorkflowState { Output = "o", FailureDetails = new TaskFailureDetails() });

        Assert.Equal("o", info.Properties["dapr.workflow.output"]);
    }

    [Fact]
    public async Task Without_an_actor_state_store_every_operation_is_refused_with_this_reason()
    {
        withoutStore = true;
        foreach (var path in new[] { "echo/start", "x/pause", "x/purge", "x/raiseEvent/e" })
        {
            await ExpectAsync(HttpStatusCode.InternalServerError, "ERR_ACTOR_RUNTIME_NOT_FOUND", HttpMethod.Post, path);
        }
    }

    [Theory]
    [InlineData("2029-01-01T00:00:00Z", true)]
    [InlineData("2029-01-01T00:00:00.5+01:00", true)]
    [InlineData("2029-01-01", false)]
    [InlineData("2029-01-01 00:00:00Z", false)]
    [InlineData("tomorrow", false)]
    public async Task A_start_time_is_taken_from_the_options(string time, bool valid)
    {
        var api = new WorkflowApi(host.Engine);
        var options = new Dictionary<string, string> { [WorkflowApi.StartTimeOption] = time };
        var start = api.StartAsync("echo", null, [], options);
        await PassPausesAsync(start);

        Assert.Equal(valid, start.IsCompletedSuccessfully);
    }

    /// <summary>Moves the clock over the pauses between repeated starts.</summary>
    private Task PassPausesAsync(Task call) =>
        EngineHost.Until(
            () =>
            {
                host.Clock.Advance(TimeSpan.FromSeconds(1));
                return call.IsCompleted;
            },
            "the last start"
        );

    private async Task ExpectAsync(HttpStatusCode status, string code, HttpMethod method, string path, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, $"/v1.0/workflows/dapr/{path}") { Content = content };
        var answer = await client.SendAsync(request);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((status, code), (answer.StatusCode, body.GetProperty("errorCode").GetString()!));
    }
}
