using System.Threading.Channels;
using Sidecar.Hosting;

namespace Sidecar.Actors.Placement;

/// <summary>
/// One instance's share of the actors of its app id. When the membership changes it lets go what is no longer its own, then announces by which
/// membership it acts, then reads what the others have announced: as each writes before it reads, no two can think an actor theirs.
/// </summary>
internal sealed partial class ActorShare : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100); // what is let go within it need not be told as held
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly Presence presence;
    private readonly Roster roster;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Lock gate = new(); // an actor is activated or held under it, and rights are changed: what came before a change is seen by it
    private readonly HashSet<ActorHold> holds = []; // guarded by gate
    private readonly SemaphoreSlim applying = new(1);
    private readonly CancellationTokenSource stopping = new();
    private readonly Channel<bool> signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task following;
    private volatile Rights rights;
    private volatile TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ActorHost? host; // guarded by applying
    private IReadOnlyList<string> types = [];
    private bool mustTakeUp; // guarded by applying

    public ActorShare(Presence presence, Roster roster, TimeProvider time, ILogger logger)
    {
        (this.presence, this.roster, this.time, this.logger) = (presence, roster, time, logger);
        rights = Rights.None(presence.Own.Instance);
        roster.Changed += Signal;
        following = Task.Run(FollowAsync);
    }

    /// <summary>Takes part with <paramref name="mine"/>; when it returns, all is done that others need not agree to.</summary>
    public async Task JoinAsync(ActorHost mine, IReadOnlyList<string> hosted, CancellationToken cancellation)
    {
        await applying.WaitAsync(cancellation);
        try
        {
            (host, types, mustTakeUp) = (mine, hosted, true);
            // Nothing is active yet, so it agrees to any membership.
            var own = presence.Own with { Types = hosted };
            var joined = Membership.Of(own.Group, roster.Live.Where(other => other.Instance != own.Instance).Append(own));
            presence.Change(before => before with { Types = hosted, Applied = joined.Version, Held = [] });
            await ApplyAsync();
        }
        finally
        {
            applying.Release();
        }
    }

    /// <summary>Offers the types of the app, or, while it is ill, none of them.</summary>
    public async Task OfferAsync(bool well, CancellationToken cancellation)
    {
        await applying.WaitAsync(cancellation);
        try
        {
            if (host is not null)
            {
                presence.Change(own => own with { Types = well ? types : [] });
                await ApplyAsync();
            }
        }
        finally
        {
            applying.Release();
        }
    }

    /// <summary>Before the end: to other instances, if there are any.</summary>
    public Task GiveAwayAsync()
        => Membership.Of(presence.Own.Group, roster.Live.Where(other => other.Instance != presence.Own.Instance)).IsEmpty ? Task.CompletedTask : OfferAsync(well: false, CancellationToken.None);

    /// <summary>The host has ended, with all its actors.</summary>
    public async Task LeaveAsync()
    {
        await applying.WaitAsync();
        try
        {
            host = null;
            Change(_ => Rights.None(presence.Own.Instance));
            presence.Change(own => own with { Types = [], Applied = null, Held = [] });
        }
        finally
        {
            applying.Release();
        }
    }

    public bool Owns(ActorId actor) => rights.Owns(actor);

    /// <summary>Runs <paramref name="activate"/> while the actor is this instance's to serve, before any change of that.</summary>
    /// <exception cref="ActorMovedException">It is not.</exception>
    public T Activate<T>(ActorId actor, Func<T> activate)
    {
        lock (gate)
        {
            return rights.Serves(actor) ? activate() : throw new ActorMovedException();
        }
    }

    /// <summary>Waits until the actor may be served here. False: it is another's.</summary>
    public async ValueTask<bool> ServesAsync(ActorId actor, CancellationToken cancellation)
    {
        while (true)
        {
            var next = changed.Task;
            var now = rights;
            if (now.Serves(actor))
            {
                return true;
            }
            if (!now.Owns(actor))
            {
                return false;
            }
            await next.WaitAsync(cancellation);
        }
    }

    /// <summary>Null: the actor is another's.</summary>
    public async ValueTask<ActorHold?> HoldAsync(ActorId actor, CancellationToken cancellation)
    {
        while (await ServesAsync(actor, cancellation))
        {
            lock (gate)
            {
                if (rights.Serves(actor))
                {
                    var hold = new ActorHold(actor, Release);
                    holds.Add(hold);
                    return hold;
                }
            }
        }
        return null;
    }

    /// <summary>The work under way on actors.</summary>
    public IReadOnlyList<ActorHold> Holds()
    {
        lock (gate)
        {
            return [.. holds];
        }
    }

    /// <summary>Has things looked at anew, soon.</summary>
    public void Signal() => signals.Writer.TryWrite(true);

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }
        roster.Changed -= Signal;
        await stopping.CancelAsync();
        await following;
        stopping.Dispose();
        applying.Dispose();
    }

    private void Release(ActorHold hold)
    {
        lock (gate)
        {
            holds.Remove(hold);
        }
    }

    private void Change(Func<Rights, Rights> change)
    {
        lock (gate)
        {
            rights = change(rights);
        }
        Interlocked.Exchange(ref changed!, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (var _ in signals.Reader.ReadAllAsync(stopping.Token))
            {
                await applying.WaitAsync(stopping.Token);
                try
                {
                    await ApplyAsync();
                }
                catch (Exception e) when (!stopping.IsCancellationRequested)
                {
                    LogFailed(e, presence.Own.AppId);
                    await Task.Delay(AfterFailure, time, stopping.Token);
                    Signal();
                }
                finally
                {
                    applying.Release();
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>Under <see cref="applying"/>. Until nothing is left to do but to wait for others.</summary>
    private async Task ApplyAsync()
    {
        while (host is { } mine)
        {
            var next = Membership.Of(presence.Own.Group, roster.Live);
            if (next.IsEmpty)
            {
                return; // nobody is there to take anything over
            }
            if (next.Version != rights.Current.Version)
            {
                Change(before => before.Towards(next));
                await Task.WhenAny(mine.LetGo(rights.Owns), Task.Delay(Grace, time, stopping.Token));
            }
            var held = mine.Leaving();
            if (presence.Own.Applied != next.Version || !held.SequenceEqual(presence.Own.Held, StringComparer.Ordinal))
            {
                presence.Change(own => own with { Applied = next.Version, Held = held }); // reads the others' announcements after that
            }
            if (Membership.Of(presence.Own.Group, roster.Live).Version == next.Version)
            {
                await AgreeAsync(mine, next);
                return;
            }
        }
    }

    private async Task AgreeAsync(ActorHost mine, Membership membership)
    {
        var others = roster.Live.Where(other => other.Group == presence.Own.Group && other.Instance != presence.Own.Instance && (other.Applied is not null || other.Types.Count > 0)).ToList();
        if (others.Any(other => other.Applied != membership.Version))
        {
            return; // they will announce it, or be gone
        }
        var held = others.SelectMany(other => other.Held).ToHashSet(StringComparer.Ordinal);
        if (!rights.IsAgreed || !rights.Held.SetEquals(held))
        {
            mustTakeUp |= !rights.IsAgreed;
            Change(before => before.Agreed(held));
            LogAgreed(presence.Own.AppId, others.Count + 1, membership.Version);
        }
        if (mustTakeUp)
        {
            await mine.Reminders.TakeUpAsync(actor => mine.Hosts(actor.Type) && rights.Owns(actor), stopping.Token);
            mustTakeUp = false;
        }
    }

    [LoggerMessage(5011, LogLevel.Debug, "Actors of {AppId} are shared by {Instances} instances (membership {Version})")]
    private partial void LogAgreed(string appId, int instances, string version);

    [LoggerMessage(5012, LogLevel.Warning, "The share of actors of {AppId} could not be brought up to date; trying again")]
    private partial void LogFailed(Exception failure, string appId);
}
