using System.Text;
using System.Text.Json;
using Dapr;
using Dapr.Client;
using Moq;
using ServiceDefaults;

namespace ServiceFakes;

/// <summary>An event as the outbox would publish it.</summary>
internal sealed record PublishedEvent(string Type, string Subject, string Json);

/// <summary>
/// A Dapr client whose state lives in memory. Saves and transactions obey ETags and first-write, as in a SQL store. Any call it was not
/// made for fails the test.
/// </summary>
internal sealed class MemoryState
{
    private readonly Mock<DaprClient> client = new(MockBehavior.Strict);
    private readonly Dictionary<(string Store, string Key), (string Json, int Version)> records = [];
    private int versions;

    public MemoryState()
    {
        client
            .Setup(dapr =>
                dapr.ExecuteStateTransactionAsync(
                    It.IsAny<string>(),
                    It.IsAny<IReadOnlyList<StateTransactionRequest>>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .Returns(
                (
                    string store,
                    IReadOnlyList<StateTransactionRequest> operations,
                    IReadOnlyDictionary<string, string>? _,
                    CancellationToken _
                ) => LosesNextAnswer ? LoseAnswerAsync(store, operations) : Transact(store, operations)
            );
        client
            .Setup(dapr =>
                dapr.GetBulkStateAsync(
                    It.IsAny<string>(),
                    It.IsAny<IReadOnlyList<string>>(),
                    It.IsAny<int?>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .Returns(
                (string store, IReadOnlyList<string> keys, int? _, IReadOnlyDictionary<string, string>? _, CancellationToken _) =>
                    Task.FromResult<IReadOnlyList<BulkStateItem>>([.. keys.Select(key => ItemOf(store, key))])
            );
        Knows<JsonElement>();
    }

    public DaprClient Client => client.Object;

    public List<PublishedEvent> Published { get; } = [];

    /// <summary>The components whose outboxes they left by.</summary>
    public List<string> Outboxes { get; } = [];

    /// <summary>The next transaction is applied, and its caller gets an error.</summary>
    public bool LosesNextAnswer { get; set; }

    public string? JsonOf(string store, string key) => records.TryGetValue((store, key), out var record) ? record.Json : null;

    /// <summary>Stores a record as another version of a service may have written it.</summary>
    public void Put(string store, string key, string json) => records[(store, key)] = (json, ++versions);

    public MemoryState Knows<T>()
    {
        client
            .Setup(dapr =>
                dapr.GetStateAndETagAsync<T>(
                    It.IsAny<string>(),
                    It.IsAny<string>(),
                    It.IsAny<ConsistencyMode?>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .Returns(
                (string store, string key, ConsistencyMode? _, IReadOnlyDictionary<string, string>? _, CancellationToken _) =>
                    Task.FromResult(Read<T>(store, key))
            );
        client
            .Setup(dapr =>
                dapr.GetStateAsync<T>(
                    It.IsAny<string>(),
                    It.IsAny<string>(),
                    It.IsAny<ConsistencyMode?>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .Returns(
                (string store, string key, ConsistencyMode? _, IReadOnlyDictionary<string, string>? _, CancellationToken _) =>
                    Task.FromResult(Read<T>(store, key).Value)
            );
        client
            .Setup(dapr =>
                dapr.SaveStateAsync(
                    It.IsAny<string>(),
                    It.IsAny<string>(),
                    It.IsAny<T>(),
                    It.IsAny<StateOptions>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .Returns(
                (string store, string key, T value, StateOptions? options, IReadOnlyDictionary<string, string>? _, CancellationToken _) =>
                    options is null ? Overwrite(store, key, value) : Create(store, key, value)
            );
        client
            .Setup(dapr =>
                dapr.TrySaveStateAsync(
                    It.IsAny<string>(),
                    It.IsAny<string>(),
                    It.IsAny<T>(),
                    It.IsAny<string>(),
                    It.IsAny<StateOptions>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .Returns(
                (
                    string store,
                    string key,
                    T value,
                    string etag,
                    StateOptions _,
                    IReadOnlyDictionary<string, string>? _,
                    CancellationToken _
                ) => Task.FromResult(TryWrite(store, key, etag, JsonSerializer.Serialize(value, Json.Options)))
            );
        return this;
    }

    private BulkStateItem ItemOf(string store, string key) =>
        records.TryGetValue((store, key), out var record)
            ? new BulkStateItem(key, record.Json, $"{record.Version}")
            : new BulkStateItem(key, "", "");

    private (T Value, string ETag) Read<T>(string store, string key) =>
        records.TryGetValue((store, key), out var record)
            ? (JsonSerializer.Deserialize<T>(record.Json, Json.Options)!, $"{record.Version}")
            : (default!, "");

    private Task Create<T>(string store, string key, T value) =>
        records.TryAdd((store, key), (JsonSerializer.Serialize(value, Json.Options), ++versions))
            ? Task.CompletedTask
            : Task.FromException(new DaprException("the key exists"));

    private Task Overwrite<T>(string store, string key, T value)
    {
        records[(store, key)] = (JsonSerializer.Serialize(value, Json.Options), ++versions);
        return Task.CompletedTask;
    }

    private Task Transact(string store, IReadOnlyList<StateTransactionRequest> operations)
    {
        if (operations.All(operation => operation.Metadata is null))
        {
            return WriteAll(store, operations);
        }
        var change = operations[0];
        if (!IsCurrent(Records(store), change))
        {
            return Task.FromException(new DaprException("the ETag is stale"));
        }
        records[(Records(store), change.Key)] = (Text(change), ++versions);
        var received = operations.FirstOrDefault(operation => operation.Metadata?.ContainsKey("outbox.projection") == true) ?? change;
        Outboxes.Add(store);
        Published.Add(new PublishedEvent(change.Metadata!["type"], change.Metadata["subject"], Text(received)));
        return Task.CompletedTask;
    }

    private async Task LoseAnswerAsync(string store, IReadOnlyList<StateTransactionRequest> operations)
    {
        LosesNextAnswer = false;
        await Transact(store, operations);
        throw new DaprException("the answer is lost");
    }

    /// <summary>A transaction without an outbox.</summary>
    private Task WriteAll(string store, IReadOnlyList<StateTransactionRequest> operations)
    {
        if (operations.Any(operation => !IsCurrent(store, operation)))
        {
            return Task.FromException(new DaprException("an ETag is stale"));
        }
        foreach (var operation in operations)
        {
            if (operation.OperationType == StateOperationType.Delete)
            {
                records.Remove((store, operation.Key));
            }
            else
            {
                records[(store, operation.Key)] = (Text(operation), ++versions);
            }
        }
        return Task.CompletedTask;
    }

    /// <summary>The store whose records a component for events of choreographed sagas writes.</summary>
    private static string Records(string component) => component.Replace("-choreography", "-store", StringComparison.Ordinal);

    private static string Text(StateTransactionRequest operation) => Encoding.UTF8.GetString(operation.Value!);

    private bool TryWrite(string store, string key, string? etag, string json)
    {
        if (!IsCurrent(store, key, etag))
        {
            return false;
        }
        records[(store, key)] = (json, ++versions);
        return true;
    }

    /// <summary>First-write without an ETag is a creation: it needs a missing record.</summary>
    private bool IsCurrent(string store, StateTransactionRequest operation) =>
        string.IsNullOrEmpty(operation.ETag) && operation.Options?.Concurrency == ConcurrencyMode.FirstWrite
            ? !records.ContainsKey((store, operation.Key))
            : IsCurrent(store, operation.Key, operation.ETag);

    private bool IsCurrent(string store, string key, string? etag) =>
        string.IsNullOrEmpty(etag) || (records.TryGetValue((store, key), out var record) && $"{record.Version}" == etag);
}
