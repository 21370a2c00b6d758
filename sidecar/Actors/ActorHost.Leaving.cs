using Sidecar.Actors.Placement;
using Sidecar.Apps;

namespace Sidecar.Actors;

/// <summary>Letting go the actors that have become another instance's.</summary>
internal sealed partial class ActorHost
{
    private readonly SemaphoreSlim goodbyes = new(AtOnce); // thousands may leave at once
    private readonly Dictionary<ActorId, Departure> departures = []; // guarded by itself

    /// <summary>
    /// Begins to let go all that <paramref name="keeps"/> says no to: calls under way end, or are cut off when their time is up, and the app is told.
    /// Completes when all of it is gone; until then <see cref="Leaving"/> tells of it.
    /// </summary>
    public Task LetGo(Func<ActorId, bool> keeps)
    {
        lock (departures)
        {
            foreach (var actor in active.Keys.Concat(share.Holds().Select(hold => hold.Actor)).Distinct().Where(actor => !keeps(actor)).ToList())
            {
                if (departures.TryGetValue(actor, out var under))
                {
                    under.Again = true; // it may have come back meanwhile
                }
                else
                {
                    var departure = departures[actor] = new Departure();
                    departure.Done = Task.Run(() => LetGoAsync(actor, departure));
                }
            }
            return Task.WhenAll(departures.Values.Select(departure => departure.Done));
        }
    }

    /// <summary>Whether a call belongs to one that is under way here, and would otherwise wait where the actor goes for that one to end.</summary>
    public bool IsWithinTurn(ActorId id, InvocationCall call)
        => active.TryGetValue(id, out var actor) && actor.Options.Reentrant && ReentrancyOf(call) is { Length: > 0 } reentrancy && actor.Turn.IsHeldBy(reentrancy);

    /// <summary>What is not let go yet, in a settled order.</summary>
    public IReadOnlyList<string> Leaving()
    {
        lock (departures)
        {
            return [.. departures.Keys.Select(actor => actor.ToString()).Order(StringComparer.Ordinal)];
        }
    }

    private async Task LetGoAsync(ActorId id, Departure departure)
    {
        do
        {
            if (active.TryGetValue(id, out var actor))
            {
                await DrainAsync(actor);
            }
            await Task.WhenAll(share.Holds().Where(hold => hold.Actor == id).Select(hold => hold.Ended));
        }
        while (!IsOver(id, departure));
        share.Signal();
    }

    private bool IsOver(ActorId id, Departure departure)
    {
        lock (departures)
        {
            if (departure.Again)
            {
                departure.Again = false;
                return false;
            }
            return departures.Remove(id);
        }
    }

    private async Task DrainAsync(Actor actor)
    {
        actor.Leaving = true;
        using var limit = new CancellationTokenSource(actor.Options.DrainTimeout, time);
        try
        {
            using var turn = await TurnOfLeavingAsync(actor, limit.Token);
            await goodbyes.WaitAsync();
            try
            {
                using var patience = new CancellationTokenSource(LongestGoodbye, time);
                await DeactivateInTurnAsync(actor, patience.Token);
            }
            finally
            {
                goodbyes.Release();
            }
        }
        catch (Exception e)
        {
            LogGoodbyeFailed(e, actor.Id.ToString()); // whatever it was, others wait for this actor
        }
    }

    private static async Task<IDisposable> TurnOfLeavingAsync(Actor actor, CancellationToken limit)
    {
        try
        {
            return await actor.Turn.TakeAsync(null, limit);
        }
        catch (OperationCanceledException)
        {
            await actor.CutOff.CancelAsync();
            return await actor.Turn.TakeAsync(null, CancellationToken.None);
        }
    }

    [LoggerMessage(5004, LogLevel.Warning, "The app could not be told that actor {Actor} is deactivated, because it moves to another host")]
    private partial void LogGoodbyeFailed(Exception failure, string actor);

    private sealed class Departure
    {
        public Task Done { get; set; } = Task.CompletedTask;

        public bool Again { get; set; } // guarded by departures
    }
}
