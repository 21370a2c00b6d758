using Sidecar.Workflows.Instances;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

/// <summary>The notification of clients that wait for a state.</summary>
public sealed class StatusBoardTests
{
    [Fact]
    public void A_wait_that_begins_while_the_only_other_one_ends_is_notified()
    {
        var board = new StatusBoard();
        for (var round = 0; round < 20_000; round++)
        {
            var leaving = board.Add("w", _ => true);
            Watch? coming = null;

            Parallel.Invoke(() => board.Remove("w", leaving), () => coming = board.Add("w", _ => true));
            board.Publish("w", new WorkflowState());

            Assert.True(coming!.Met.IsCompletedSuccessfully, $"round {round}");
            board.Remove("w", coming);
        }

        Assert.False(board.IsWatched("w"));
    }
}
