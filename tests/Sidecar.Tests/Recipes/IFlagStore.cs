using Sidecar.Components;

namespace Sidecar.Flags;

/// <summary>A flag store component. Safe to call concurrently.</summary>
internal interface IFlagStore : IComponent
{
    /// <summary>Returns null if the store has no such flag.</summary>
    ValueTask<bool?> GetAsync(string flag, CancellationToken cancellation);
}
