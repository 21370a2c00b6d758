using System.Diagnostics;
using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Loops;
using Sidecar.Metrics;
using Sidecar.Resiliency;
using Sidecar.Tracing;

namespace Sidecar.Bindings;

/// <summary>Delivers the events of an app's bindings once the app has agreed to handle them.</summary>
internal sealed partial class InputBindings(
    string appId,
    TimeSpan longestQuestion,
    ComponentSet components,
    PolicyBook policies,
    BindingsApi outputs,
    Tracer tracer,
    TimeProvider time,
    ILogger<InputBindings> logger
)
{
    // only one caller at a time starts or stops
    private readonly Dictionary<string, IAsyncDisposable> running = new(StringComparer.Ordinal);

    /// <summary>
    /// Starts the bindings that are not running yet. The app is queried about each binding, repeatedly if it gives no answer.
    /// </summary>
    public async Task StartAsync(IBindingReceiver receiver, CancellationToken cancellation)
    {
        foreach (var binding in components.Of<BindingComponent>().Values)
        {
            if (binding.Input is not null && !running.ContainsKey(binding.Name))
            {
                running.Add(
                    binding.Name,
                    await RetriedStart.StartAsync(
                        $"Binding {binding.Name} of {appId}",
                        stopping => StartAsync(binding, receiver, stopping),
                        time,
                        logger,
                        cancellation
                    )
                );
            }
        }
    }

    public async Task StopAsync()
    {
        foreach (var name in running.Keys.ToList())
        {
            await StopAsync(name);
        }
    }

    public async Task StopAsync(string name)
    {
        if (running.Remove(name, out var binding))
        {
            await binding.DisposeAsync();
        }
    }

    /// <summary>Null if the app declines the binding.</summary>
    private async Task<IAsyncDisposable?> StartAsync(BindingComponent binding, IBindingReceiver receiver, CancellationToken stopping)
    {
        if (binding.Declared || await TakesAsync(binding, receiver, stopping))
        {
            return binding.Input!.Start((data, metadata, ending) => SendAsync(binding, receiver, data, metadata, ending));
        }
        LogNotSubscribed(appId, binding.Name);
        return null;
    }

    /// <summary>An app that does not answer in time has declined.</summary>
    private async Task<bool> TakesAsync(BindingComponent binding, IBindingReceiver receiver, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(_ => limit.Cancel(), null, longestQuestion, Timeout.InfiniteTimeSpan);
        try
        {
            return await receiver.TakesAsync(binding.Name, binding.Route, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            LogNoAnswer(appId, binding.Name, longestQuestion);
            return false;
        }
    }

    private async Task SendAsync(
        BindingComponent binding,
        IBindingReceiver receiver,
        ReadOnlyMemory<byte> data,
        IReadOnlyDictionary<string, string> metadata,
        CancellationToken stopping
    )
    {
        var span = tracer.Start(
            ActivityKind.Client,
            TraceContext.Parse(metadata.GetValueOrDefault(TraceContext.ParentHeader), metadata.GetValueOrDefault(TraceContext.StateHeader))
        );
        var begun = time.GetTimestamp();
        var succeeded = false;
        try
        {
            var @event = new BindingEvent(binding.Name, binding.Route, data, metadata) { Trace = span.Context };
            var policy = policies.Inbound(binding.Name, ComponentKind.Binding);
            var answer = await policy.RunAsync(limit => new ValueTask<BindingAnswer>(receiver.SendAsync(@event, limit)), stopping);
            if (answer.Status is < 200 or > 299 || (answer.Status != 200 && policy is { HasRetry: true }))
            {
                throw new BindingException($"the app answered {answer.Status} to POST /{@event.Route.TrimStart('/')}");
            }
            succeeded = true;
            await ForwardAsync(answer, stopping);
        }
        catch (Exception e) when (span.RecordException(e) && (e is not OperationCanceledException || !stopping.IsCancellationRequested))
        {
            LogNotTaken(e, binding.Name, appId);
        }
        finally
        {
            ComponentMeter.InputBound(appId, binding.Name, succeeded, time.GetElapsedTime(begun));
            Describe(span, binding.Name);
            span.End();
        }
    }

    private static void Describe(Span span, string binding)
    {
        if (span.IsRecorded)
        {
            span.Name("bindings/" + binding);
            span.Tag(SpanTags.DbName, binding);
            span.Tag(SpanTags.RpcService, SpanTags.DaprService);
            span.Tag(SpanTags.DbSystem, "bindings");
        }
    }

    private async Task ForwardAsync(BindingAnswer answer, CancellationToken stopping)
    {
        var call = new BindingCall("create", answer.Data, new Dictionary<string, string>());
        if (answer.Parallel)
        {
            await Task.WhenAll(answer.To.Select(name => InvokeAsync(name, call, stopping)));
            return;
        }
        foreach (var name in answer.To)
        {
            await InvokeAsync(name, call, stopping);
        }
    }

    private async Task InvokeAsync(string name, BindingCall call, CancellationToken stopping)
    {
        if ((await outputs.InvokeAsync(name, call, stopping)).Failure is { } failure)
        {
            throw BindingErrors.OutputFailed(name, failure);
        }
    }

    [LoggerMessage(2701, LogLevel.Information, "App {AppId} does not listen to binding {Binding}")]
    private partial void LogNotSubscribed(string appId, string binding);

    [LoggerMessage(2703, LogLevel.Warning, "App {AppId} did not say within {Longest} whether it wants binding {Binding}")]
    private partial void LogNoAnswer(string appId, string binding, TimeSpan longest);

    [LoggerMessage(2702, LogLevel.Error, "An event of binding {Binding} was not taken by app {AppId}")]
    private partial void LogNotTaken(Exception failure, string binding, string appId);
}
