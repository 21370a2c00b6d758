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
            [.. ((string[])["refused", "fine", "interrupted"]).Select(key => new CheckedWrite(StateWrite.Delete(key)))]
        );

        IFallible first = await writes.WriteAsync(default);
        Assert.Equal((true, false), (first.Failed, first.Final));
        IFallible second = await writes.WriteAsync(default);
        Assert.Equal((true, true), (second.Failed, second.Final));

        Assert.Equal("refused", Assert.Single(((BulkResult)second).Failures).Key);
        Assert.Equal(["refused", "fine", "interrupted", "interrupted"], written);
    }

    [Fact]
    public async Task An_invalid_write_is_not_sent_and_the_others_are()
    {
        Answer("fine", null);
        var invalid = new StateFailure(StateFailureKind.Invalid, "invalid", "the option is unknown");
        var writes = new BulkWrites(
            store.Object,
            [new CheckedWrite(StateWrite.Delete("invalid"), invalid), new CheckedWrite(StateWrite.Delete("fine"))]
        );

        var result = await writes.WriteAsync(default);
        await writes.WriteAsync(default);

        Assert.Equal(invalid, result.Combined);
        Assert.Equal(["fine"], written); // once
    }

    [Theory]
    [InlineData("Invalid Unavailable", "Invalid", "0\n1")]
    [InlineData("KeyExists ETagMismatch", "KeyExists", "possible etag mismatch. error from state store: 0\n1")]
    [InlineData("ETagMismatch ETagInvalid", "ETagInvalid", "invalid etag value: 0\n1")]
    [InlineData("Unavailable ETagMismatch", "ETagMismatch", "1")]
    public void Several_failures_are_reported_as_daprd_does(string kinds, string reported, string message)
    {
        var failures = kinds
            .Split(' ')
            .Index()
            .Select(kind => new StateFailure(Enum.Parse<StateFailureKind>(kind.Item), "key", $"{kind.Index}"))
            .ToList();

        var combined = new BulkResult(failures, Several: true).Combined;

        Assert.Equal((reported, message), (combined?.Kind.ToString(), combined?.Message));
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
