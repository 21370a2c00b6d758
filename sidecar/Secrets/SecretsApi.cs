using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Metrics;
using Sidecar.Resources;

namespace Sidecar.Secrets;

/// <summary>The secrets building block of one app: stores by name, limited by the secret scopes of its Configuration.</summary>
internal sealed class SecretsApi(string appId, ComponentSet components, IReadOnlyList<SecretScope> scopes, TimeProvider time)
{
    public IReadOnlyDictionary<string, string> Get(string store, string name)
    {
        var found = Store(store);
        if (!Allowed(store, name))
        {
            throw SecretErrors.AccessDenied(name, store);
        }
        var begun = time.GetTimestamp();
        var secret = found.Get(name);
        ComponentMeter.SecretRead(appId, store, "get", secret is not null, time.GetElapsedTime(begun));
        return secret ?? throw SecretErrors.SecretNotFound(name, store);
    }

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> GetAll(string store)
    {
        var found = Store(store);
        var begun = time.GetTimestamp();
        var secrets = found.All();
        ComponentMeter.SecretRead(appId, store, "bulk_get", true, time.GetElapsedTime(begun));
        return secrets.Where(secret => Allowed(store, secret.Key)).ToDictionary(StringComparer.Ordinal);
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
