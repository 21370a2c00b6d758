using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Metrics;
using Sidecar.Resiliency;
using Sidecar.Resources;

namespace Sidecar.Secrets;

/// <summary>The secrets building block of one app: stores by name, limited by the secret scopes of its Configuration.</summary>
internal sealed class SecretsApi(
    string appId,
    ComponentSet components,
    IReadOnlyList<SecretScope> scopes,
    PolicyBook policies,
    TimeProvider time
)
{
    public Task<IReadOnlyDictionary<string, string>> GetAsync(string store, string name, CancellationToken cancellation)
    {
        var found = Store(store);
        return Allowed(store, name)
            ? ReadAsync(
                store,
                "get",
                () => found.Get(name) ?? throw new KeyNotFoundException($"secret {name} not found"), // a failure for policies, too
                detail => SecretErrors.GetFailed(name, store, detail),
                cancellation
            )
            : throw SecretErrors.AccessDenied(name, store);
    }

    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(
        string store,
        CancellationToken cancellation
    )
    {
        var found = Store(store);
        var secrets = await ReadAsync(store, "bulk_get", found.All, detail => SecretErrors.GetAllFailed(store, detail), cancellation);
        return secrets.Where(secret => Allowed(store, secret.Key)).ToDictionary(StringComparer.Ordinal);
    }

    private async Task<T> ReadAsync<T>(
        string store,
        string operation,
        Func<T> read,
        Func<string, DaprException> failure,
        CancellationToken cancellation
    )
    {
        var begun = time.GetTimestamp();
        var succeeded = false;
        try
        {
            var secrets = await policies.Outbound(store, ComponentKind.Secretstore).RunAsync(_ => new ValueTask<T>(read()), cancellation);
            succeeded = true;
            return secrets;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw failure(e.Message);
        }
        finally
        {
            ComponentMeter.SecretRead(appId, store, operation, succeeded, time.GetElapsedTime(begun));
        }
    }

    private ISecretStore Store(string name)
    {
        if (components.Of<ISecretStore>().Count == 0)
        {
            throw SecretErrors.StoresNotConfigured();
        }
        return components.Of<ISecretStore>().TryGetValue(name, out var store) ? store : throw SecretErrors.StoreNotFound(name);
    }

    private bool Allowed(string store, string name) =>
        scopes.FirstOrDefault(scope => scope.StoreName == store) is not { } scope || scope.Allows(name);
}
