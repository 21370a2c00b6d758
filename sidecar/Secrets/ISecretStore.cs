using Sidecar.Components;

namespace Sidecar.Secrets;

/// <summary>A secret store component. Read only, safe to call concurrently.</summary>
internal interface ISecretStore : IComponent
{
    /// <summary>The values of one secret by their keys; null if there is no such secret.</summary>
    IReadOnlyDictionary<string, string>? Get(string name);

    /// <summary>All secrets.</summary>
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> All();

    bool MultipleKeyValues { get; }
}
