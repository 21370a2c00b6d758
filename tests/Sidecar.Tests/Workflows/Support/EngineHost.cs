using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Tracing;
using Sidecar.Workflows;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Instances;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows.Support;

/// <summary>An engine with its store, clock and workers, the way a test wants them.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);
    private readonly List<Worker> workers = [];

    public EngineHost(
        MemoryStore? store = null,
        Script? script = null,
        WorkflowEngineOptions? options = null,
        TimeProvider? clock = null,
        string appId = "app",
        IWorkflowPeers? peers = null,
        Tracer? tracer = null
    )
    {
        Store = store ?? new MemoryStore();
        Script = script ?? new Script();
        Engine = new(appId, Store, clock ?? Clock, Logs, options ?? new WorkflowEngineOptions { SaveGrace = TimeSpan.Zero }, peers, tracer);
    }

    public MemoryStore Store { get; }

    public Script Script { get; }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public LogBook Logs { get; } = new();

    public WorkflowEngine Engine { get; }

    public static async Task<EngineHost> RunAsync(
        Script script,
        MemoryStore? store = null,
        WorkflowEngineOptions? options = null,
        TimeProvider? clock = null
    )
    {
        var host = new EngineHost(store, script, options, clock);
        await host.Engine.StartAsync(CancellationToken.None);
        host.Connect();
        return host;
    }

    public Worker Connect()
    {
        var worker = new Worker(Engine, Script);
        workers.Add(worker);
        return worker;
    }

    public async Task StartAsync(string name, string id, string? input = null, DateTimeOffset? at = null) =>
        Assert.Null(await TryStartAsync(name, id, input, at));

    public Task<WorkflowRefusal?> TryStartAsync(string name, string id, string? input = null, DateTimeOffset? at = null) =>
        Within(
            Engine.CreateAsync(
                HistoryEvents.Started(
                    Engine.Runtime.Now,
                    new ExecutionStartedEvent
                    {
                        Name = name,
                        Input = input,
                        ScheduledStartTimestamp = at is { } due ? Timestamp.FromDateTimeOffset(due) : null,
                        WorkflowInstance = new WorkflowInstance { InstanceId = id, ExecutionId = Guid.NewGuid().ToString() },
                    }
                )
            ),
            $"start of {id}"
        );

    public async Task<WorkflowState> EndOfAsync(string id) => await WaitAsync(id, InstanceState.IsTerminal, "end");

    public Task<WorkflowState> StatusAsync(string id, OrchestrationStatus status) => WaitAsync(id, s => s == status, status.ToString());

    public async Task<string?> RunAsync(string name, string id, string? input = null)
    {
        await StartAsync(name, id, input);
        var end = await EndOfAsync(id);
        Assert.True(
            end.WorkflowStatus == OrchestrationStatus.Completed,
            $"{id} ended as {end.WorkflowStatus}: {end.FailureDetails?.ErrorMessage}"
        );
        return end.Output;
    }

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id) =>
        await Engine.HistoryAsync(id, CancellationToken.None) ?? throw new InvalidOperationException($"{id} has no history");

    /// <summary>Type and id of each event, the notation of the runtime's listings.</summary>
    public async Task<string> ListingAsync(string id) => Listing(await HistoryAsync(id));

    public static string Listing(IEnumerable<HistoryEvent> history) =>
        string.Join(
            ", ",
            history.Select(e => $"{(e.WorkflowStarted is not null ? "OrchestratorStarted" : e.EventTypeCase.ToString())}:{e.EventId}")
        );

    public static async Task Until(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(MaxWait);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (!condition())
        {
            try
            {
                await tick.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Did not happen within {MaxWait}: {what}");
            }
        }
    }

    public static async Task<T> Within<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(MaxWait);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Did not happen within {MaxWait}: {what}");
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers)
        {
            await worker.DisposeAsync();
        }

        await Within(Dispose(), "the engine's end");

        async Task<bool> Dispose()
        {
            await Engine.DisposeAsync();
            return true;
        }
    }

    private async Task<WorkflowState> WaitAsync(string id, Func<OrchestrationStatus, bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(MaxWait);
        try
        {
            return await Engine.WaitAsync(id, condition, patience.Token);
        }
        catch (OperationCanceledException)
        {
            var state = await Engine.GetAsync(id, CancellationToken.None);
            var history = await Engine.HistoryAsync(id, CancellationToken.None) ?? [];
            Assert.Fail(
                $"{id} did not reach {what} within {MaxWait}; it is {state?.WorkflowStatus.ToString() ?? "absent"} with {Listing(history)}. Log: {Logs}"
            );
            throw;
        }
    }
}

/// <summary>Collects log entries, for assertions and for the messages of failed ones.</summary>
internal sealed class LogBook : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(LogLevel Level, EventId Id, string Text)> Lines { get; } = new();

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => NullLogger.Instance.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => Lines.Enqueue((logLevel, eventId, formatter(state, exception) + (exception is null ? "" : " " + exception)));

    public void Dispose() { }

    public override string ToString() => string.Join(Environment.NewLine, Lines.Select(l => $"{l.Level} {l.Text}"));
}
