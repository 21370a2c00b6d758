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
        var writes = items.Select(item => StateWrites.Of(component, component.Encryption?.Encrypt(item) ?? item)).ToList();
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
        var (write, problem) = StateWrites.Of(component, item);
        var failure = await GuardedAsync(
            component,
            "delete",
            limit => problem is null ? component.Store.WriteAsync(write, limit) : ValueTask.FromResult<StateFailure?>(problem),
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
        var writes = items.Select(item => StateWrites.Of(component, item)).ToList();
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
        if (keys.Count == 0)
        {
            return [];
        }
        var stored = keys.Select(key => component.Keys.Stored(key)).ToList();
        var found = await GuardedAsync(
            component,
            "bulk_get",
            limit => ReadManyAsync(component.Store, stored, limit),
            StateErrors.BulkGetFailed,
            cancellation
        );
        return [.. keys.Zip(found, (key, item) => Decrypted(component, item with { Key = key }))];
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
        var kept = plan
            .Operations.Select(operation =>
                operation.Upsert is { } upsert
                    ? StateWrites.Of(component, upsert, inTransaction: true)
                    : StateWrites.Of(component, operation.Delete!, inTransaction: true)
            )
            .ToList();
        var problem = kept.Select(operation => operation.Problem).FirstOrDefault(one => one is not null);
        List<StateWrite> writes = [.. kept.Select(operation => operation.Write), .. plan.Records];
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
                limit => problem is null ? transactional.TransactAsync(writes, limit) : ValueTask.FromResult<StateFailure?>(problem),
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
        List<CheckedWrite> writes,
        Func<string, DaprException> failed,
        CancellationToken cancellation
    )
    {
        var bulk = new BulkWrites(component.Store, writes);
        return (await GuardedAsync(component, operation, bulk.WriteAsync, failed, cancellation)).Combined;
    }

    private static async ValueTask<IReadOnlyList<BulkItem>> ReadManyAsync(
        IStateStore store,
        IReadOnlyList<string> keys,
        CancellationToken cancellation
    )
    {
        if (store is IBulkStateStore bulk)
        {
            return await bulk.GetManyAsync(keys, cancellation);
        }
        var items = new List<BulkItem>(keys.Count);
        foreach (var key in keys)
        {
            items.Add(new BulkItem(key, await store.GetAsync(key, cancellation)));
        }
        return items;
    }

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

    private static BulkItem Decrypted(StateStoreComponent component, BulkItem item)
    {
        if (component.Encryption is not { } encryption || item.Entry is not { Value.Length: > 0 } entry)
        {
            return item;
        }
        try
        {
            return item with { Entry = encryption.Decrypt(entry) };
        }
        catch (CryptographicException e)
        {
            return item with { Entry = entry with { Value = default }, Error = e.Message };
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
