using Sidecar.Components;

namespace Sidecar.Secrets;

/// <summary>A secret store component. Read only, safe to call concurrently.</summary>
internal interface ISecretStore : IComponent
{
    /// <summary>The values of one secret by their keys, or null when there is none.</summary>
    IReadOnlyDictionary<string, string>? Get(string name);

    /// <summary>All secrets.</summary>
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> All();

    bool MultipleKeyValues { get; }
}
