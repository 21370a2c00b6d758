using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Tracing;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;
using TraceContext = Sidecar.Tracing.TraceContext;

namespace Sidecar.Tests.Workflows;

public sealed class SpanTests : IDisposable
{
    private readonly TraceContext client = new(
        $"00-{ActivityTraceId.CreateRandom().ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-01",
        ""
    );
    private readonly ConcurrentQueue<Activity> ended = new();
    private readonly ActivityListener listener;
    private readonly Tracer tracer = new(
        "app",
        new TracingOptions { Stdout = true, SamplingRate = "0.0000001" },
        NullLoggerFactory.Instance
    );

    public SpanTests()
    {
        listener = new ActivityListener { ShouldListenTo = source => source.Name == "dapr-diagnostics", ActivityStopped = ended.Enqueue };
        ActivitySource.AddActivityListener(listener);
    }

    public void Dispose()
    {
        listener.Dispose();
        tracer.Dispose();
    }

    [Fact]
    public async Task A_workflow_its_activities_and_its_children_are_spans_of_the_clients_trace()
    {
        string? seen = null;
        var script = new Script()
            .Workflow("parent", async flow => await flow.Child("child", flow.Input))
            .Workflow("child", async flow => await flow.Activity("add", flow.Input))
            .Activity("add", request =>
            {
                seen = request.ParentTraceContext.TraceParent;
                return Task.FromResult<string?>(request.Input + "+1");
            });
        await using var host = new EngineHost(script: script, tracer: tracer);
        await host.Engine.StartAsync(default);
        host.Connect();

        await StartAsync(host, "parent", "a");
        await host.EndOfAsync("a");

        var create = await FindAsync("create_orchestration||parent");
        var parent = await FindAsync("orchestration||parent");
        var child = await FindAsync("orchestration||child");
        var activity = await FindAsync("activity||add");
        Assert.Equal(
            [client.Parent[36..52], create.SpanId.ToHexString(), parent.SpanId.ToHexString(), child.SpanId.ToHexString()],
            new[] { create, parent, child, activity }.Select(span => span.ParentSpanId.ToHexString())
        );
        Assert.Equal((ActivityKind.Client, ActivityKind.Server, ActivityKind.Server), (create.Kind, parent.Kind, activity.Kind));
        Assert.Equal(activity.Id, seen);
        Assert.Equal(
            ("orchestration", "parent", "a", "COMPLETED"),
            (
                parent.GetTagItem("durabletask.type"),
                parent.GetTagItem("durabletask.task.name"),
                parent.GetTagItem("durabletask.task.instance_id"),
                parent.GetTagItem("durabletask.runtime_status")
            )
        );
        Assert.Equal(0L, activity.GetTagItem("durabletask.task.task_id"));
    }

    [Fact]
    public async Task The_span_of_a_workflow_survives_a_restart_of_the_process()
    {
        var script = new Script().Workflow("waits", async flow => await flow.Event("go"));
        var store = new MemoryStore();
        await using (var first = new EngineHost(store, script, tracer: tracer))
        {
            await first.Engine.StartAsync(default);
            first.Connect();
            await StartAsync(first, "waits", "a");
            await first.StatusAsync("a", OrchestrationStatus.Running);
        }
        await using var second = new EngineHost(store, script, tracer: tracer);
        await second.Engine.StartAsync(default);
        second.Connect();
        var id = (await second.HistoryAsync("a")).Single(@event => @event.ExecutionStarted is not null).ExecutionStarted.WorkflowSpanID;
        Assert.Null(await second.Engine.RaiseEventAsync("a", "go", "\"now\""));
        await second.EndOfAsync("a");

        var span = await FindAsync("orchestration||waits");
        Assert.Equal(id, span.SpanId.ToHexString());
        Assert.Equal(["Received external event"], span.Events.Select(noted => noted.Name));
    }

    [Fact]
    public async Task Continue_as_new_starts_a_trace_per_generation()
    {
        var script = new Script()
            .Workflow("again", async flow => await flow.Activity("work") is { } done && flow.Input == "1" ? flow.ContinueAsNew("2") : "end")
            .Activity("work", input => "done");
        await using var host = new EngineHost(script: script, tracer: tracer);
        await host.Engine.StartAsync(default);
        host.Connect();
        await StartAsync(host, "again", "a", "1");
        await host.EndOfAsync("a");

        await EngineHost.Until(() => Ended("orchestration||again").Count() == 2, "a span per generation");
        Assert.Equal(
            ["CONTINUED_AS_NEW", "COMPLETED"],
            Ended("orchestration||again").Select(span => span.GetTagItem("durabletask.runtime_status"))
        );
        Assert.Equal(2, Ended("orchestration||again").Select(span => span.TraceId).Distinct().Count());
        Assert.All(Ended("orchestration||again"), span =>
            Assert.Contains(Ended("activity||work"), activity => activity.ParentSpanId == span.SpanId)
        );
    }

    [Fact]
    public async Task The_span_of_a_workflow_lists_the_patches_of_its_code()
    {
        var script = new Script()
            .Workflow("patched", async flow =>
            {
                flow.Patches.AddRange(["a", "b"]);
                return await flow.Activity("work");
            })
            .Activity("work", input => "done");
        await using var host = new EngineHost(script: script, tracer: tracer);
        await host.Engine.StartAsync(default);
        host.Connect();
        await StartAsync(host, "patched", "a");
        await host.EndOfAsync("a");

        var span = await FindAsync("orchestration||patched");
        Assert.Equal(["a", "b"], Assert.IsType<string[]>(span.GetTagItem("applied_patches")));
    }

    [Fact]
    public async Task A_failed_activity_fails_its_span_and_the_workflow_fails_its_own()
    {
        var script = new Script()
            .Workflow("w", async flow => await flow.Activity("fails"))
            .Activity("fails", _ =>
                Task.FromException<string?>(new TaskFailed(new TaskFailureDetails { ErrorType = "Declined", ErrorMessage = "no" }))
            );
        await using var host = new EngineHost(script: script, tracer: tracer);
        await host.Engine.StartAsync(default);
        host.Connect();
        await StartAsync(host, "w", "a");
        await host.EndOfAsync("a");

        Assert.Equal(
            (ActivityStatusCode.Error, "no"),
            ((await FindAsync("activity||fails")).Status, (await FindAsync("activity||fails")).StatusDescription)
        );
        Assert.Equal(ActivityStatusCode.Error, (await FindAsync("orchestration||w")).Status);
    }

    private async Task StartAsync(EngineHost host, string name, string id, string? input = null)
    {
        var started = new ExecutionStartedEvent
        {
            Name = name,
            Input = input,
            WorkflowInstance = new WorkflowInstance { InstanceId = id, ExecutionId = Guid.NewGuid().ToString() },
            ParentTraceContext = new Sidecar.Workflows.Protocol.TraceContext { TraceParent = client.Parent },
        };
        var span = host.Engine.Runtime.Spans.Creating(started, version: null, TraceContext.Off);
        Assert.Null(await host.Engine.CreateAsync(HistoryEvents.Started(host.Engine.Runtime.Now, started)));
        span.End();
    }

    /// <summary>Other tests listen to sources of the same name; the instance of this test is in none of them.</summary>
    private IEnumerable<Activity> Ended(string name) => ended.Where(span => span.DisplayName == name);

    private async Task<Activity> FindAsync(string name)
    {
        await EngineHost.Until(() => Ended(name).Any(), $"a span {name}");
        return Ended(name).First();
    }
}
