using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecar.PubSub;
using Sidecar.PubSub.Delivery;
using Sidecar.PubSub.Drivers;
using Sidecar.Sqlite;

namespace Sidecar.Tests.Blocks;

public sealed class LaneChoiceTests
{
    private static readonly TimeSpan Redelivery = TimeSpan.FromHours(1);

    [Fact]
    public void A_message_without_a_key_goes_to_the_emptiest_lane()
    {
        var choice = new LaneChoice(3, ordered: true);
        Assert.Equal([0, 1, 2, 0], Enumerable.Range(0, 4).Select(_ => choice.Enter(null)));
        choice.Leave(2);
        Assert.Equal(2, choice.Enter(null));
    }

    [Fact]
    public void Messages_of_one_key_share_a_lane_only_if_lanes_are_ordered()
    {
        var ordered = new LaneChoice(3, ordered: true);
        Assert.Single(Enumerable.Range(0, 6).Select(_ => ordered.Enter("key")).Distinct());
        var unordered = new LaneChoice(3, ordered: false);
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 3).Select(_ => unordered.Enter("key")));
    }

    [Fact]
    public async Task A_message_that_waits_for_its_redelivery_occupies_no_lane()
    {
        var time = new RedeliveryClock();
        await using var broker = new SqlitePubSub(
            "app",
            "events",
            await SqliteQueue.AtAsync(SqlitePath.InMemory),
            "app",
            Redelivery,
            2,
            time,
            NullLogger.Instance
        );
        var handled = Channel.CreateUnbounded<string>();
        await using var subscription = await broker.SubscribeAsync(
            new SubscribeRequest("topic", new Dictionary<string, string>()),
            async (message, stopping) =>
            {
                var text = Encoding.UTF8.GetString(message.Data.Span);
                handled.Writer.TryWrite(text);
                if (text == "slow")
                {
                    await new TaskCompletionSource().Task.WaitAsync(stopping);
                }
                return text == "failing" ? Acknowledgement.Retry : Acknowledgement.Done;
            },
            default
        );

        foreach (var text in (string[])["failing", "slow", "failing", "last"])
        {
            await broker.PublishAsync(new BrokerMessage("topic", Encoding.UTF8.GetBytes(text), null, BrokerMessage.NoMetadata), default);
            Assert.Equal(text, await handled.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System));
            if (text == "failing")
            {
                await time.Scheduled.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
            }
        }
    }

    /// <summary>Reports each scheduled redelivery.</summary>
    private sealed class RedeliveryClock : FakeTimeProvider
    {
        public Channel<bool> Scheduled { get; } = Channel.CreateUnbounded<bool>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == Redelivery)
            {
                Scheduled.Writer.TryWrite(true);
            }
            return timer;
        }
    }
}
