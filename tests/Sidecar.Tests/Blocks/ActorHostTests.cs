using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Sidecar.Actors;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Resiliency;
using Sidecar.State.Drivers;

namespace Sidecar.Tests.Blocks;

public sealed class ActorHostTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private static readonly ActorId Actor = new("Counter", "a");
    private static readonly InvocationCall Call = new("POST", "add", "", null, default, []);

    private readonly FakeTimeProvider time = new();
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<InvocationReply> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Mock<IActorApp> app = new();

    public ActorHostTests() =>
        app.Setup(one => one.SendAsync(Actor, It.IsAny<string>(), It.IsAny<InvocationCall>(), It.IsAny<CancellationToken>()))
            .Returns(
                (ActorId _, string _, InvocationCall _, CancellationToken cancellation) =>
                {
                    begun.SetResult();
                    return answer.Task.WaitAsync(cancellation);
                }
            );

    [Fact]
    public async Task A_running_call_is_cancelled_when_the_time_of_the_drain_is_over()
    {
        await using var store = new InMemoryStateStore(time);
        await using var host = Host(store);
        var call = host.InvokeAsync(Actor, Call, CancellationToken.None);
        await begun.Task;
        var start = time.GetUtcNow();

        var drain = host.DrainAsync(Longest);
        while (!drain.IsCompleted)
        {
            Assert.True(!call.IsCompleted || time.GetUtcNow() - start >= Longest, $"cancelled after {time.GetUtcNow() - start}");
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await drain;
        await Assert.ThrowsAsync<DaprException>(() => call);
        Assert.InRange(time.GetUtcNow() - start, Longest, TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_drain_ends_with_the_last_running_call()
    {
        await using var store = new InMemoryStateStore(time);
        await using var host = Host(store);
        var call = host.InvokeAsync(Actor, Call, CancellationToken.None);
        await begun.Task;

        var drain = host.DrainAsync(Longest);
        Assert.False(drain.IsCompleted);
        answer.SetResult(new InvocationReply(200, null, default, []));

        await drain;
        Assert.Equal(200, (await call).Status);
    }

    private ActorHost Host(InMemoryStateStore store) =>
        new(
            "app",
            [new ActorTypeOptions("Counter", TimeSpan.FromHours(1), Reentrant: false, MaxStackDepth: 32)],
            app.Object,
            store,
            new PolicyBook("app", [], time),
            time,
            NullLoggerFactory.Instance
        );
}
