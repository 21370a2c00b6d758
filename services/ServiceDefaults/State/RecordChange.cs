using System.Text.Json;
using Dapr.Client;

namespace ServiceDefaults.State;

/// <summary>
/// A record to be written, or deleted if <paramref name="Value"/> is null, by a transaction of <see cref="RecordStore"/>.
/// </summary>
/// <param name="ETag">The ETag that was read; null for a record that was missing.</param>
public sealed record RecordChange(string Key, object? Value, string? ETag)
{
    /// <summary>False for a record that another one of the transaction guards.</summary>
    public bool IsGuarded { get; init; } = true;

    internal StateTransactionRequest ToRequest() =>
        new(
            Key,
            Value is null ? null : JsonSerializer.SerializeToUtf8Bytes(Value, Value.GetType(), Json.Options),
            Value is null ? StateOperationType.Delete : StateOperationType.Upsert,
            ETag,
            null,
            IsGuarded ? RecordStore.FirstWrite : null
        );
}
