using System.Security.Cryptography;
using Grpc.Core;
using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Metrics;
using Sidecar.Resiliency;
using Sidecar.Tracing;

namespace Sidecar.State;

/// <summary>The state building block of one app, independent of the transport. Failures leave as <see cref="DaprException"/>.</summary>
internal sealed class StateApi(string appId, ComponentSet components, Outbox outbox, PolicyBook policies, TimeProvider time)
{
    public ValueTask<StateEntry?> GetAsync(string store, string key, CancellationToken cancellation)
    {
        var component = Store(store);
        var found = GuardedAsync(
            component,
            "get",
            limit => component.Store.GetAsync(component.Keys.Stored(key), limit),
            detail => StateErrors.GetFailed(key, store, detail),
            cancellation
        );
        return component.Encryption is null ? found : DecryptedAsync(component.Encryption, store, key, found);
    }

    /// <summary>Saves each item separately: if some fail the others stay, and the failure names the first.</summary>
    public async Task SaveAsync(string store, IReadOnlyList<SaveRequest> items, CancellationToken cancellation)
    {
        var component = Store(store);
        var writes = items
            .Select(item =>
                StateWrites.Of(component, component.Encryption?.Encrypt(item) ?? item, detail => StateErrors.SaveFailed(store, detail))
            )
            .ToList();
        var failure = await WriteAllAsync(component, "set", writes, detail => StateErrors.SaveFailed(store, detail), cancellation);
        if (failure is not null)
        {
            var (http, grpc) = StatusOf(failure);
            throw StateErrors.SaveFailed(store, failure.Message, http, grpc);
        }
    }

    public async Task DeleteAsync(string store, DeleteRequest item, CancellationToken cancellation)
    {
        var component = Store(store);
        var write = StateWrites.Of(component, item, detail => StateErrors.DeleteFailed(item.Key, detail));
        var failure = await GuardedAsync(
            component,
            "delete",
            limit => component.Store.WriteAsync(write, limit),
            detail => StateErrors.DeleteFailed(item.Key, detail),
            cancellation
        );
        if (failure is not null)
        {
            var (http, grpc) = StatusOf(failure);
            throw StateErrors.DeleteFailed(item.Key, failure.Message, http, grpc);
        }
    }

    public async Task DeleteManyAsync(string store, IReadOnlyList<DeleteRequest> items, CancellationToken cancellation)
    {
        var component = Store(store);
        var writes = items.Select(item => StateWrites.Of(component, item, detail => StateErrors.BulkDeleteFailed(store, detail))).ToList();
        var failure = await WriteAllAsync(
            component,
            "bulk_delete",
            writes,
            detail => StateErrors.BulkDeleteFailed(store, detail),
            cancellation
        );
        if (failure is not null)
        {
            throw StateErrors.BulkDeleteFailed(store, failure.Message, StatusOf(failure).Grpc);
        }
    }

    public async Task<IReadOnlyList<BulkItem>> GetManyAsync(string store, IReadOnlyList<string> keys, CancellationToken cancellation)
    {
        var component = Store(store);
        var stored = keys.Select(key => component.Keys.Stored(key)).ToList();
        if (component.Store is IBulkStateStore bulk)
        {
            var found = await GuardedAsync(
                component,
                "bulk_get",
                limit => bulk.GetManyAsync(stored, limit),
                detail => StateErrors.GetFailed(string.Join(',', keys), store, detail),
                cancellation
            );
            return [.. keys.Zip(found, (key, entry) => Item(component, key, entry))];
        }
        var items = new BulkItem[keys.Count];
        for (var i = 0; i < items.Length; i++)
        {
            var at = i;
            items[i] = Item(
                component,
                keys[i],
                await GuardedAsync(
                    component,
                    "get",
                    limit => component.Store.GetAsync(stored[at], limit),
                    detail => StateErrors.GetFailed(keys[at], store, detail),
                    cancellation
                )
            );
        }
        return items;
    }

    public async Task TransactAsync(
        string store,
        IReadOnlyList<TransactionOperation> operations,
        TraceContext trace,
        CancellationToken cancellation
    )
    {
        var (component, transactional) = Transactional(store);
        if (operations.Count == 0)
        {
            return;
        }
        if (component.Encryption is { } encryption)
        {
            operations =
            [
                .. operations.Select(operation =>
                    operation.Upsert is { } upsert ? operation with { Upsert = encryption.Encrypt(upsert) } : operation
                ),
            ];
        }
        var plan = outbox.Plan(component, operations, trace);
        var writes = plan
            .Operations.Select(operation =>
                operation.Upsert is { } upsert
                    ? StateWrites.Of(component, upsert, StateErrors.TransactionFailed, inTransaction: true)
                    : StateWrites.Of(component, operation.Delete!, StateErrors.TransactionFailed, inTransaction: true)
            )
            .Concat(plan.Records)
            .ToList();
        if (writes.Count == 0)
        {
            return;
        }
        StateFailure? failure;
        try
        {
            failure = await GuardedAsync(
                component,
                "transaction",
                limit => transactional.TransactAsync(writes, limit),
                StateErrors.TransactionFailed,
                cancellation
            );
        }
        catch
        {
            outbox.Unanswered(component, plan);
            throw;
        }
        if (failure is not null)
        {
            if (failure.Kind == StateFailureKind.Unavailable)
            {
                outbox.Unanswered(component, plan);
            }
            throw StateErrors.TransactionFailed(failure.Message);
        }
        outbox.Committed(component, plan);
    }

    /// <summary>Returns the error for a query, which no store supports; it differs for an unknown store.</summary>
    public DaprException Query(string store)
    {
        return components.Of<StateStoreComponent>().Count > 0 && !components.Of<StateStoreComponent>().ContainsKey(store)
            ? StateErrors.StoreNotFound(store, app: null)
            : StateErrors.QueryNotSupported(Store(store).Name);
    }

    /// <summary>Refuses an unknown store, before the body is read.</summary>
    public void Demand(string store) => Store(store);

    /// <summary>Like <see cref="Demand"/>, for a transaction.</summary>
    public void DemandTransactional(string store) => Transactional(store);

    private (StateStoreComponent Component, ITransactionalStateStore Store) Transactional(string store) =>
        Store(store) is { Store: ITransactionalStateStore transactional } component
            ? (component, transactional)
            : throw StateErrors.TransactionsNotSupported(store);

    private StateStoreComponent Store(string name)
    {
        if (components.Of<StateStoreComponent>().Count == 0)
        {
            throw StateErrors.StoresNotConfigured(name, appId);
        }
        return components.Of<StateStoreComponent>().TryGetValue(name, out var store) ? store : throw StateErrors.StoreNotFound(name, appId);
    }

    private async Task<StateFailure?> WriteAllAsync(
        StateStoreComponent component,
        string operation,
        List<StateWrite> writes,
        Func<string, DaprException> failed,
        CancellationToken cancellation
    )
    {
        var bulk = new BulkWrites(component.Store, writes);
        var result = await GuardedAsync(component, operation, bulk.WriteAsync, failed, cancellation);
        return result.Failures is not [var first, ..] all ? null
            : writes.Count == 1 ? first
            : first with { Message = Joined(first, all) };
    }

    /// <summary>daprd puts the reason of the first failure before the list of all.</summary>
    private static string Joined(StateFailure first, IEnumerable<StateFailure> all) =>
        (first.Kind == StateFailureKind.ETagMismatch ? "possible etag mismatch. error from state store: " : "")
        + string.Join('\n', all.Select(failure => failure.Message));

    private static async ValueTask<StateEntry?> DecryptedAsync(
        StateEncryption encryption,
        string store,
        string key,
        ValueTask<StateEntry?> found
    )
    {
        var entry = await found;
        try
        {
            return entry is { Value.Length: > 0 } ? encryption.Decrypt(entry) : entry;
        }
        catch (CryptographicException e)
        {
            throw StateErrors.GetFailed(key, store, e.Message);
        }
    }

    private static BulkItem Item(StateStoreComponent component, string key, StateEntry? entry)
    {
        try
        {
            return new BulkItem(
                key,
                entry is { Value.Length: > 0 } && component.Encryption is { } encryption ? encryption.Decrypt(entry) : entry
            );
        }
        catch (CryptographicException e)
        {
            return new BulkItem(key, null, e.Message);
        }
    }

    private static (int Http, StatusCode Grpc) StatusOf(StateFailure failure) =>
        failure.Kind switch
        {
            StateFailureKind.ETagMismatch or StateFailureKind.KeyExists => (409, StatusCode.Aborted),
            StateFailureKind.ETagInvalid => (400, StatusCode.InvalidArgument),
            _ => (500, StatusCode.Internal),
        };

    /// <summary>Runs work under the store's policy, if it has one.</summary>
    private async ValueTask<T> GuardedAsync<T>(
        StateStoreComponent component,
        string operation,
        Func<CancellationToken, ValueTask<T>> work,
        Func<string, DaprException> failed,
        CancellationToken cancellation
    )
    {
        var begun = time.GetTimestamp();
        var succeeded = false;
        try
        {
            var result = await policies.Outbound(component.Name, ComponentKind.Statestore).RunAsync(work, cancellation);
            succeeded = result is not IFallible { Failed: true };
            return result;
        }
        catch (Exception e) when (e is not (DaprException or OperationCanceledException))
        {
            throw failed(e.Message);
        }
        finally
        {
            ComponentMeter.Stored(appId, component.Name, operation, succeeded, time.GetElapsedTime(begun));
        }
    }
}
