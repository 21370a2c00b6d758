using Sidecar.Actors;

namespace Sidecar.Tests.Blocks;

public sealed class ActorTurnTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ActorTurn turn = new(new ActorTypeOptions("Counter", TimeSpan.FromHours(1), Reentrant: true, MaxStackDepth: 32));

    [Fact]
    public async Task Calls_of_a_chain_that_wait_for_another_chain_run_together()
    {
        var other = await turn.TakeAsync("other", CancellationToken.None);
        var first = Take("chain");
        var second = Take("chain");
        Assert.False(first.IsCompleted || second.IsCompleted);

        other.Dispose();

        await Task.WhenAll(first, second).WaitAsync(Patience, TimeProvider.System);
    }

    [Fact]
    public async Task Chains_run_in_the_order_of_their_arrival()
    {
        var running = await turn.TakeAsync("first", CancellationToken.None);
        var second = Take("second");
        var third = Take("third");
        Assert.False(second.IsCompleted);

        running.Dispose();
        var ending = await second.WaitAsync(Patience, TimeProvider.System);
        Assert.False(third.IsCompleted);
        ending.Dispose();

        (await third.WaitAsync(Patience, TimeProvider.System)).Dispose();
        Assert.False(turn.Busy);
    }

    [Fact]
    public async Task A_waiting_call_that_is_cancelled_leaves_the_running_one_its_turn()
    {
        using var patience = new CancellationTokenSource();
        var running = await turn.TakeAsync("first", CancellationToken.None);
        var second = turn.TakeAsync("second", patience.Token).AsTask();
        var third = Take("third");

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(third.IsCompleted);
        running.Dispose();
        await third.WaitAsync(Patience, TimeProvider.System);
    }

    private Task<IDisposable> Take(string reentrancyId) => turn.TakeAsync(reentrancyId, CancellationToken.None).AsTask();
}
