using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Resiliency;

namespace Sidecar.Flags;

/// <summary>The flags building block of one app, independent of the transport.</summary>
internal sealed class FlagsApi(ComponentSet components, PolicyBook policies)
{
    public async Task<bool> IsOnAsync(string store, string flag, CancellationToken cancellation)
    {
        var component = components.Of<IFlagStore>().GetValueOrDefault(store) ?? throw FlagErrors.StoreNotFound(store);
        var found = await policies
            .Outbound(store, ComponentKind.Configuration)
            .RunAsync(limit => component.GetAsync(flag, limit), cancellation);
        return found ?? throw FlagErrors.FlagNotFound(flag, store);
    }
}
