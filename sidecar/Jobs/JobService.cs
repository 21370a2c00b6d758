using System.Collections.Concurrent;
using Sidecar.Loops;
using Sidecar.Metrics;
using Sidecar.Timers;

namespace Sidecar.Jobs;

/// <summary>
/// Triggers the jobs of an app while it is healthy; jobs that become due meanwhile wait. A job is updated under the ETag it was read with,
/// so a job changed or deleted meanwhile keeps its new state.
/// </summary>
internal sealed partial class JobService(string appId, JobStore store, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly TimerService clock = new(time);
    private readonly ConcurrentDictionary<string, ScheduledCall> armed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, bool> ticking = new();
    private readonly CancellationTokenSource stopping = new();
    private volatile IJobReceiver? app;

    /// <summary>Triggers the app's jobs from now on, overdue ones at once.</summary>
    public async Task StartAppAsync(IJobReceiver receiver, CancellationToken cancellation)
    {
        app = receiver;
        await foreach (var job in store.AllAsync("", cancellation))
        {
            Arm(job);
        }
    }

    public void StopApp()
    {
        app = null;
        foreach (var name in armed.Keys)
        {
            Disarm(name);
        }
    }

    public void Arm(ScheduledJob job)
    {
        if (app is null)
        {
            return;
        }
        var call = clock.Schedule(job.Next, () => Begin(job.Name));
        armed.AddOrUpdate(job.Name, call, (_, before) =>
        {
            before.Dispose();
            return call;
        });
    }

    public void Disarm(string name)
    {
        if (armed.TryRemove(name, out var call))
        {
            call.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }
        await stopping.CancelAsync();
        StopApp();
        await Task.WhenAll(ticking.Keys);
        clock.Dispose();
        stopping.Dispose();
    }

    private void Begin(string name)
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }
        var task = Task.Run(() => TickAsync(name));
        ticking[task] = true;
        task.ContinueWith(done => ticking.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task TickAsync(string name)
    {
        try
        {
            if (app is not { } receiver || await StoreAsync(cancellation => store.FindAsync(name, cancellation), name) is not { } found)
            {
                return;
            }
            var (job, etag) = found;
            if (job.Next > time.GetUtcNow())
            {
                Arm(job); // replaced by a later one just before it came due
                return;
            }
            var next = job.Expires < job.Due ? null : await TriggerAsync(receiver, job);
            if (await StoreAsync(cancellation => store.TryAdvanceAsync(name, etag, next, cancellation), name) && next is not null)
            {
                Arm(next);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Not moved on: it comes again after the next start.
        }
        catch (Exception e)
        {
            LogTickFailed(e, name);
        }
    }

    /// <summary>Retries until the store works: the job would otherwise be forgotten until the next start.</summary>
    private Task<T> StoreAsync<T>(Func<CancellationToken, Task<T>> call, string name) =>
        RetriedStep.UntilDoneAsync($"The record of job {name}", call, time, logger, stopping.Token);

    private async Task<ScheduledJob?> TriggerAsync(IJobReceiver receiver, ScheduledJob job)
    {
        JobOutcome outcome;
        var begun = time.GetUtcNow();
        var timestamp = time.GetTimestamp();
        try
        {
            outcome = await receiver.TriggerAsync(job.Name, job.Job().Data, stopping.Token);
            ComponentMeter.Job(appId, outcome == JobOutcome.Done, time.GetElapsedTime(timestamp));
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogUnreachable(e, job.Name);
            outcome = JobOutcome.Failed; // not counted: daprd's metrics contain only jobs that the app has answered
        }
        if (outcome != JobOutcome.Done)
        {
            LogRefused(job.Name, outcome);
        }
        var now = time.GetUtcNow();
        return outcome == JobOutcome.Failed ? JobProgress.Failed(job, begun, now) : JobProgress.Succeeded(job, now);
    }

    [LoggerMessage(5201, LogLevel.Error, "Job {Job} could not be processed; it comes again after the next start")]
    private partial void LogTickFailed(Exception failure, string job);

    [LoggerMessage(5202, LogLevel.Warning, "Job {Job} could not be triggered at the app")]
    private partial void LogUnreachable(Exception failure, string job);

    [LoggerMessage(5203, LogLevel.Warning, "Job {Job} was triggered, with outcome {Outcome}")]
    private partial void LogRefused(string job, JobOutcome outcome);
}
