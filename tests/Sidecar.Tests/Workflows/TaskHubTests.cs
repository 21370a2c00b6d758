using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;
using Sidecar.Workflows.Api;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

/// <summary>The task hub over a real connection.</summary>
public sealed class TaskHubTests : IAsyncLifetime
{
    private const int SendLimit = 256 * 1024;
    private readonly EngineHost host = new(clock: TimeProvider.System, options: new WorkflowEngineOptions());
    private readonly CancellationTokenSource working = new();
    private readonly Script script = new Script()
        .Workflow("steps", async flow => await flow.Activity("add", await flow.Activity("add", flow.Input)))
        .Workflow("wait", async flow => await flow.Event("go"))
        .Workflow("echo", flow => Task.FromResult(flow.Input))
        .Workflow("parent", async flow => await flow.Child("echo", id: "p-child"))
        .Activity("add", input => input + "+");
    private WebApplication? app;
    private GrpcChannel? channel;
    private TaskHubClient client = null!;
    private Task worker = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        await host.Engine.StartAsync(default);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(o => o.MaxSendMessageSize = SendLimit);
        builder.Services.AddSingleton<IWorkflowEngines>(new One(host.Engine));
        app = builder.Build();
        app.MapGrpcService<TaskHubService>();
        await app.StartAsync();
        channel = GrpcChannel.ForAddress(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
        );
        client = new TaskHubClient(channel);
        worker = client.WorkAsync(script, working.Token);
    }

    public async Task DisposeAsync()
    {
        await working.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => worker);
        channel!.Dispose();
        await host.DisposeAsync();
        await app!.DisposeAsync();
        working.Dispose();
    }

    [Fact]
    public async Task A_workflow_runs_over_gRPC_from_start_to_completion()
    {
        await client.HelloAsync();
        var started = await client.StartAsync(
            new CreateInstanceRequest
            {
                InstanceId = "s",
                Name = "steps",
                Input = "0",
                Version = "2",
                ExecutionId = "own",
                Tags = { ["team"] = "red" },
            }
        );
        var end = await client.WaitForEndAsync(new GetInstanceRequest { InstanceId = "s", GetInputsAndOutputs = true });

        Assert.Equal("s", started.InstanceId);
        Assert.Equal("0++", end.WorkflowState.Output);
        Assert.Empty(end.WorkflowState.Tags);
        Assert.Equal(
            (null, null, null, null),
            (
                end.WorkflowState.Version,
                end.WorkflowState.ExecutionId,
                end.WorkflowState.CompletedTimestamp,
                end.WorkflowState.ScheduledStartTimestamp
            )
        );
        var events = (await client.HistoryAsync(new GetInstanceHistoryRequest { InstanceId = "s" })).Events;
        Assert.Equal(9, events.Count);
        var begun = events.Single(@event => @event.ExecutionStarted is not null).ExecutionStarted;
        Assert.Null(begun.Version);
        Assert.Empty(begun.Tags);
        Assert.NotEqual("own", begun.WorkflowInstance.ExecutionId);
        Assert.Null((await client.GetAsync(new GetInstanceRequest { InstanceId = "s" })).WorkflowState.Output);
    }

    [Fact]
    public async Task Each_call_for_a_missing_instance_has_the_Dapr_runtimes_answer()
    {
        Assert.False((await client.GetAsync(new GetInstanceRequest { InstanceId = "m" })).Exists);
        await RefusedAsync(StatusCode.NotFound, client.HistoryAsync(new GetInstanceHistoryRequest { InstanceId = "m" }));
        await RefusedAsync(StatusCode.Unknown, client.RaiseAsync(new RaiseEventRequest { InstanceId = "m", Name = "e" }));
        await RefusedAsync(
            StatusCode.Unknown,
            client.TerminateAsync(new TerminateRequest { InstanceId = "m" }),
            "failed to submit termination request: no such instance exists"
        );
        await RefusedAsync(
            StatusCode.Unknown,
            client.PurgeAsync(new PurgeInstancesRequest { InstanceId = "m", Recursive = true }),
            "failed to purge workflow state: failed to fetch workflow state: no such instance exists"
        );
        await RefusedAsync(
            StatusCode.Unknown,
            client.PurgeAsync(new PurgeInstancesRequest { InstanceId = "m" }),
            "failed to purge workflow state: no such instance exists"
        );
        await RefusedAsync(StatusCode.NotFound, client.RerunAsync(new RerunWorkflowFromEventRequest { SourceInstanceID = "m" }));
    }

    [Fact]
    public async Task Suspend_resume_event_and_reuse_of_an_id_work_over_gRPC()
    {
        await client.StartAsync(new CreateInstanceRequest { InstanceId = "w", Name = "wait" });
        await RefusedAsync(
            StatusCode.AlreadyExists,
            client.StartAsync(new CreateInstanceRequest { InstanceId = "w", Name = "wait" }),
            "failed to create workflow instance: rpc error: code = AlreadyExists desc = an active workflow with ID 'w' already exists"
        );
        await client.SuspendAsync(new SuspendRequest { InstanceId = "w", Reason = "" });
        // It takes effect after the first turn, whose worker may be slow.
        await host.StatusAsync("w", OrchestrationStatus.Suspended);
        Assert.Equal(
            OrchestrationStatus.Suspended,
            (await client.GetAsync(new GetInstanceRequest { InstanceId = "w" })).WorkflowState.WorkflowStatus
        );
        await client.ResumeAsync(new ResumeRequest { InstanceId = "w" });
        await client.RaiseAsync(
            new RaiseEventRequest
            {
                InstanceId = "w",
                Name = "GO",
                Input = "x",
            }
        );
        Assert.Equal(
            "x",
            (await client.WaitForEndAsync(new GetInstanceRequest { InstanceId = "w", GetInputsAndOutputs = true })).WorkflowState.Output
        );

        await client.StartAsync(new CreateInstanceRequest { InstanceId = "w", Name = "wait" });
        await client.TerminateAsync(new TerminateRequest { InstanceId = "w", Recursive = true });
        Assert.Equal(1, (await client.PurgeAsync(new PurgeInstancesRequest { InstanceId = "w", Recursive = true })).DeletedInstanceCount);
    }

    [Fact]
    public async Task A_scheduled_instance_takes_its_id_at_once_and_shows_only_its_status_before_its_start_time()
    {
        var later = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddHours(1));
        await client.StartAsync(
            new CreateInstanceRequest
            {
                InstanceId = "l",
                Name = "echo",
                ScheduledStartTimestamp = later,
            }
        );

        var waiting = await client.GetAsync(new GetInstanceRequest { InstanceId = "l", GetInputsAndOutputs = true });
        Assert.True(waiting.Exists);
        Assert.Equal((OrchestrationStatus.Pending, ""), (waiting.WorkflowState.WorkflowStatus, waiting.WorkflowState.Name));
        Assert.Equal(DateTimeOffset.MinValue, waiting.WorkflowState.CreatedTimestamp.ToDateTimeOffset());
        await RefusedAsync(StatusCode.AlreadyExists, client.StartAsync(new CreateInstanceRequest { InstanceId = "l", Name = "echo" }));
        await client.StartAsync(
            new CreateInstanceRequest
            {
                InstanceId = "past",
                Name = "echo",
                ScheduledStartTimestamp = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddHours(-1)),
            }
        );
        await client.WaitForEndAsync(new GetInstanceRequest { InstanceId = "past" });
        Assert.True((await client.GetAsync(new GetInstanceRequest { InstanceId = "past" })).Exists);
    }

    [Fact]
    public async Task Only_a_client_that_waits_sees_the_parent()
    {
        await client.StartAsync(new CreateInstanceRequest { InstanceId = "p", Name = "parent" });
        var waited = await client.WaitForEndAsync(new GetInstanceRequest { InstanceId = "p-child" });
        Assert.Equal(("p", "app"), (waited.WorkflowState.ParentInstanceId, waited.WorkflowState.ParentAppId));

        var found = await client.GetAsync(new GetInstanceRequest { InstanceId = "p-child" });
        Assert.Equal((null, null), (found.WorkflowState.ParentInstanceId, found.WorkflowState.ParentAppId));
    }

    [Fact]
    public async Task The_last_page_of_ids_has_no_token()
    {
        for (var i = 0; i < 5; i++)
        {
            await client.StartAsync(new CreateInstanceRequest { InstanceId = $"p{i}", Name = "echo" });
        }

        var first = await client.ListAsync(new ListInstanceIDsRequest { PageSize = 3 });
        var second = await client.ListAsync(new ListInstanceIDsRequest { PageSize = 3, ContinuationToken = first.ContinuationToken });

        Assert.Equal(["p0", "p1", "p2"], first.InstanceIds);
        Assert.Equal(["p3", "p4"], second.InstanceIds);
        Assert.False(second.HasContinuationToken);
    }

    [Fact]
    public async Task Pitfall_a_work_item_above_the_servers_limit_does_not_tear_down_the_stream()
    {
        var big = new CreateInstanceRequest
        {
            InstanceId = "big",
            Name = "echo",
            Input = new string('x', SendLimit + 1000),
            ScheduledStartTimestamp = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddSeconds(-1)),
        };
        await client.StartAsync(big);
        await host.StatusAsync("big", OrchestrationStatus.Stalled);

        await client.StartAsync(
            new CreateInstanceRequest
            {
                InstanceId = "fine",
                Name = "echo",
                Input = "ok",
            }
        );
        Assert.Equal(
            "ok",
            (await client.WaitForEndAsync(new GetInstanceRequest { InstanceId = "fine", GetInputsAndOutputs = true })).WorkflowState.Output
        );
        Assert.Equal(1, host.Engine.Workers);
    }

    private static async Task RefusedAsync<T>(StatusCode status, Task<T> call, string? text = null)
    {
        var refused = (await Assert.ThrowsAsync<RpcException>(() => call)).Status;
        Assert.Equal((status, text ?? refused.Detail), (refused.StatusCode, refused.Detail));
    }

    private sealed class One(WorkflowEngine engine) : IWorkflowEngines
    {
        public WorkflowEngine For(ServerCallContext call) => engine;
    }
}
