using System.Collections.Concurrent;
using Sidecar.Actors.Reminders;
using Sidecar.Apps;
using Sidecar.Metrics;
using Sidecar.Resiliency;
using Sidecar.State;
using Sidecar.Timers;

namespace Sidecar.Actors;

/// <summary>
/// The actors of one app: activated by the first call, one call at a time each, deactivated when idle. Paths and bodies of the calls to the
/// app: Dapr docs, "Actors API reference", "Dapr calling to user service code".
/// </summary>
internal sealed partial class ActorHost : IAsyncDisposable
{
    public const string ReentrancyHeader = "Dapr-Reentrancy-Id";
    public const string ErrorHeader = "X-DaprErrorResponseHeader";
    private const int AtOnce = 32; // deactivations

    private readonly string appId;
    private readonly IActorApp app;
    private readonly PolicyBook policies;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly TimerService clock;
    private readonly Dictionary<string, ActorTypeOptions> types;
    private readonly ConcurrentDictionary<ActorId, Actor> active = new();
    private CancellationTokenSource suspension = new(); // of the calls since the last suspension

    public ActorHost(
        string appId,
        IReadOnlyList<ActorTypeOptions> types,
        IActorApp app,
        ITransactionalStateStore store,
        PolicyBook policies,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        (this.appId, this.app, this.policies, this.time) = (appId, app, policies, time);
        logger = loggers.CreateLogger<ActorHost>();
        clock = new TimerService(time);
        this.types = types.ToDictionary(type => type.Type, StringComparer.Ordinal);
        Reminders = new ReminderService(new ReminderStore(appId, store), clock, time, RemindAsync, logger);
    }

    public ReminderService Reminders { get; }

    public IEnumerable<(string Type, int Count)> Counts =>
        types.Keys.Select(type => (type, active.Keys.Count(actor => actor.Type == type)));

    public IReadOnlyCollection<string> Types => types.Keys;

    public bool Hosts(string type) => types.ContainsKey(type);

    public bool IsActive(ActorId actor) => active.ContainsKey(actor);

    public Task<InvocationReply> InvokeAsync(ActorId id, InvocationCall call, CancellationToken cancellation)
    {
        var reentrancy = ReentrancyOf(call);
        if (types[id.Type].Reentrant && string.IsNullOrEmpty(reentrancy))
        {
            reentrancy = Guid.NewGuid().ToString();
            call = call with { Headers = [.. call.Headers, KeyValuePair.Create(ReentrancyHeader, reentrancy)] };
        }
        return InTurnAsync(id, reentrancy, $"method/{call.Method}", call with { Verb = "PUT" }, cancellation);
    }

    private static string? ReentrancyOf(InvocationCall call) =>
        call.Headers.FirstOrDefault(header => header.Key.Equals(ReentrancyHeader, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Calls back a timer; activates the actor if it is not active.</summary>
    public Task FireTimerAsync(ActorId id, string name, byte[] body, CancellationToken cancellation) =>
        CallbackAsync(id, $"method/timer/{name}", body, cancellation);

    /// <summary>
    /// The app is unhealthy. Its actors end and their running calls are cancelled. The app is not notified: as in daprd, an unhealthy app
    /// gets no request.
    /// </summary>
    public void Suspend()
    {
        Reminders.Hold();
        var calls = Interlocked.Exchange(ref suspension, new CancellationTokenSource());
        foreach (var (id, actor) in active)
        {
            active.TryRemove(KeyValuePair.Create(id, actor));
            actor.Close();
        }
        calls.Cancel();
    }

    /// <summary>
    /// Waits for the running calls before the sidecar ends. Calls that run longer than <paramref name="longest"/> are cancelled, so that
    /// their actors can be deactivated. Reminders end at once.
    /// </summary>
    public async Task DrainAsync(TimeSpan longest)
    {
        await Reminders.DisposeAsync();
        using var limit = new CancellationTokenSource(longest, time);
        await Task.WhenAll(active.Values.Select(actor => actor.Turn.EndedAsync(limit.Token)))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (limit.IsCancellationRequested)
        {
            await Interlocked.Exchange(ref suspension, new CancellationTokenSource()).CancelAsync();
        }
    }

    /// <summary>Deactivates every actor when the sidecar stops: the app can still save their state.</summary>
    public async Task DeactivateAllAsync(CancellationToken limit)
    {
        await Reminders.DisposeAsync();
        await Parallel.ForEachAsync(active.Values, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (actor, _) =>
        {
            try
            {
                await DeactivateAsync(actor, limit);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                LogDeactivationLate(actor.Id.ToString());
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Reminders.DisposeAsync();
        clock.Dispose();
        foreach (var actor in active.Values)
        {
            actor.Close();
        }
    }

    private async Task<InvocationReply> InTurnAsync(
        ActorId id,
        string? reentrancy,
        string what,
        InvocationCall call,
        CancellationToken cancellation
    )
    {
        var suspended = Volatile.Read(ref suspension).Token;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, suspended);
        var sent = false;
        try
        {
            while (true)
            {
                var actor = Activated(id);
                using (await actor.Turn.TakeAsync(reentrancy, either.Token))
                {
                    if (actor.Closed)
                    {
                        continue; // deactivated while this call waited for its turn
                    }
                    sent = true;
                    try
                    {
                        return await SendAsync(id, what, call, either.Token);
                    }
                    finally
                    {
                        actor.LastUsed = time.GetUtcNow();
                    }
                }
            }
        }
        catch (OperationCanceledException) when (suspended.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw sent ? ActorErrors.Invoke("context canceled") : ActorErrors.Closed(what);
        }
    }

    private Actor Activated(ActorId id) =>
        active.TryGetValue(id, out var known) ? known : active.GetOrAdd(id, static (key, host) => host.Activate(key), this);

    private Actor Activate(ActorId id)
    {
        var actor = new Actor(id, types[id.Type]) { LastUsed = time.GetUtcNow() };
        WatchIdle(actor);
        return actor;
    }

    private void WatchIdle(Actor actor) =>
        actor.IdleCheck = clock.Schedule(actor.LastUsed + actor.Options.IdleTimeout, () => _ = Task.Run(() => CheckIdleAsync(actor)));

    private async Task CheckIdleAsync(Actor actor)
    {
        if (actor.Turn.Busy || actor.LastUsed + actor.Options.IdleTimeout > time.GetUtcNow())
        {
            if (actor.Turn.Busy)
            {
                actor.LastUsed = time.GetUtcNow();
            }
            WatchIdle(actor);
            return;
        }
        await DeactivateAsync(actor, CancellationToken.None);
    }

    private async Task DeactivateAsync(Actor actor, CancellationToken cancellation)
    {
        using var turn = await actor.Turn.TakeAsync(null, cancellation);
        await DeactivateInTurnAsync(actor, cancellation);
    }

    /// <summary>Deactivates the actor in the app before any caller can activate it again.</summary>
    private async Task DeactivateInTurnAsync(Actor actor, CancellationToken cancellation)
    {
        if (actor.Closed)
        {
            return;
        }
        var succeeded = false;
        try
        {
            await app.DeactivateAsync(actor.Id, cancellation);
            succeeded = true;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            LogDeactivationFailed(e, actor.Id.ToString()); // the app is not running, so the actor is not active
        }
        finally
        {
            active.TryRemove(KeyValuePair.Create(actor.Id, actor));
            actor.Close();
            SidecarMeter.Deactivated(appId, actor.Id.Type, succeeded);
        }
    }

    private async Task<InvocationReply> SendAsync(ActorId id, string what, InvocationCall call, CancellationToken cancellation)
    {
        InvocationReply reply;
        try
        {
            reply = await (
                policies.ActorTurn(id.Type) is { } policy
                    ? policy.ExecuteAsync(limit => new ValueTask<InvocationReply>(app.SendAsync(id, what, call, limit)), cancellation)
                    : new ValueTask<InvocationReply>(app.SendAsync(id, what, call, cancellation))
            );
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            throw ActorErrors.Invoke(e.Message);
        }
        if (reply.Status == 404)
        {
            throw ActorErrors.MethodNotFound($"actors/{id.Type}/{id.Id}/{what}");
        }
        if (reply.Status != 200)
        {
            throw ActorErrors.Invoke($"error from actor service: ({reply.Status}) {System.Text.Encoding.UTF8.GetString(reply.Body.Span)}");
        }
        return reply;
    }

    private async Task RemindAsync(Reminder reminder, CancellationToken cancellation)
    {
        var succeeded = false;
        try
        {
            await CallbackAsync(reminder.Actor, $"method/remind/{reminder.Name}", CallbackBody.Reminder(reminder.Data), cancellation);
            succeeded = true;
        }
        catch (ReminderCanceledException)
        {
            // The tick is done. Dapr's scheduler does not end the reminder either.
        }
        finally
        {
            SidecarMeter.Reminder(appId, reminder.ActorType, succeeded);
        }
    }

    /// <summary>Has no reentrancy id, as in daprd: the chain of a callback does not enter its own actor again.</summary>
    private async Task CallbackAsync(ActorId id, string what, byte[] body, CancellationToken cancellation)
    {
        var reply = await InTurnAsync(
            id,
            reentrancy: null,
            what,
            new InvocationCall("PUT", "", "", "application/json", body, []),
            cancellation
        );
        if (ActorAttempt.IsException(reply))
        {
            throw ActorErrors.Invoke("actor error with details in body");
        }
    }

    [LoggerMessage(5001, LogLevel.Warning, "Actor {Actor} was idle, and its app could not be notified of the deactivation")]
    private partial void LogDeactivationFailed(Exception failure, string actor);

    [LoggerMessage(
        5003,
        LogLevel.Warning,
        "Actor {Actor} was still busy when its sidecar ended; its app was not notified of the deactivation"
    )]
    private partial void LogDeactivationLate(string actor);
}
