using Moq;
using Sidecar.Resiliency;
using Sidecar.State;

namespace Sidecar.Tests.Blocks;

public sealed class BulkWritesTests
{
    private readonly Mock<IStateStore> store = new();
    private readonly List<string> written = [];

    [Fact]
    public async Task A_repetition_writes_only_what_failed_for_another_reason_than_its_ETag()
    {
        Answer("refused", new StateFailure(StateFailureKind.ETagMismatch, "refused", "etag"));
        Answer("fine", null);
        store
            .Setup(one => one.WriteAsync(It.Is<StateWrite>(write => write.Key == "interrupted"), It.IsAny<CancellationToken>()))
            .Returns(
                (StateWrite write, CancellationToken _) =>
                {
                    written.Add(write.Key);
                    return written.Count <= 3 ? throw new IOException("the store is away") : ValueTask.FromResult<StateFailure?>(null);
                }
            );
        var writes = new BulkWrites(
            store.Object,
            [.. ((string[])["refused", "fine", "interrupted"]).Select(key => StateWrite.Delete(key))]
        );

        IFallible first = await writes.WriteAsync(default);
        Assert.Equal((true, false), (first.Failed, first.Final));
        IFallible second = await writes.WriteAsync(default);
        Assert.Equal((true, true), (second.Failed, second.Final));

        Assert.Equal("refused", Assert.Single(((BulkResult)second).Failures).Key);
        Assert.Equal(["refused", "fine", "interrupted", "interrupted"], written);
    }

    private void Answer(string key, StateFailure? failure) =>
        store
            .Setup(one => one.WriteAsync(It.Is<StateWrite>(write => write.Key == key), It.IsAny<CancellationToken>()))
            .Returns(
                (StateWrite write, CancellationToken _) =>
                {
                    written.Add(write.Key);
                    return ValueTask.FromResult(failure);
                }
            );
}
