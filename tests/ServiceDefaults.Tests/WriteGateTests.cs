using System.Collections.Concurrent;
using Dapr;
using Dapr.Client;
using Moq;
using ServiceDefaults.State;

namespace ServiceDefaults.Tests;

/// <summary>A transaction that the store would refuse is not sent, because Redis on daprd applies a part of it.</summary>
public sealed class WriteGateTests
{
    private readonly Mock<DaprClient> dapr = new();
    private readonly ConcurrentQueue<TaskCompletionSource> sent = []; // an answer continues its write on any thread, which sends the next
    private string etag = "1";

    public WriteGateTests()
    {
        dapr.Setup(client =>
                client.ExecuteStateTransactionAsync(
                    "store",
                    It.IsAny<IReadOnlyList<StateTransactionRequest>>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .Returns(() =>
            {
                var answer = new TaskCompletionSource();
                sent.Enqueue(answer);
                return answer.Task;
            });
        dapr.Setup(client =>
                client.GetStateAndETagAsync<System.Text.Json.JsonElement>(
                    "store",
                    "a",
                    It.IsAny<ConsistencyMode?>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ReturnsAsync(() => (default, etag));
    }

    [Fact]
    public async Task The_second_of_two_transactions_over_one_ETag_is_stale_and_is_never_sent()
    {
        var first = Store().TransactAsync([new("a", 1, "1")], default);
        var second = Store().TransactAsync([new("a", 2, "1")], default);
        Assert.Single(sent);

        etag = "2";
        sent.ElementAt(0).SetResult();

        Assert.Equal([WriteResult.Written, WriteResult.Stale], await Task.WhenAll(first, second));
        Assert.Single(sent);
    }

    [Fact]
    public async Task A_transaction_over_an_ETag_that_the_store_still_has_is_sent_after_one_without_an_answer()
    {
        var lost = Store().TransactAsync([new("a", 1, "1")], default);
        sent.ElementAt(0).SetException(new DaprException("no answer"));
        await Assert.ThrowsAsync<DaprException>(() => lost);

        var again = Store().TransactAsync([new("a", 1, "1")], default);
        sent.ElementAt(1).SetResult();

        Assert.Equal(WriteResult.Written, await again);
    }

    /// <summary>Records share lanes by chance; eight records never share one lane all together.</summary>
    [Fact]
    public async Task Transactions_over_other_records_do_not_wait()
    {
        var writes = Enumerable.Range(0, 8).Select(number => Store().TransactAsync([new($"record-{number}", 1, "1")], default)).ToList();
        Assert.True(sent.Count > 1);

        while (writes.Any(write => !write.IsCompleted))
        {
            sent.ToList().ForEach(answer => answer.TrySetResult());
        }
        Assert.All(await Task.WhenAll(writes), result => Assert.Equal(WriteResult.Written, result));
    }

    /// <summary>Several objects over one store share its gate.</summary>
    private RecordStore Store() => new(dapr.Object, "store");
}
