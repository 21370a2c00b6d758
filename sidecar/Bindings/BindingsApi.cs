using Sidecar.Api;
using Sidecar.Components;
using Sidecar.Resiliency;

namespace Sidecar.Bindings;

/// <summary>The output half of the bindings building block of one app, free of transport.</summary>
internal sealed class BindingsApi(ComponentSet components, PolicyBook policies)
{
    /// <summary>A reply with a failure is told with <see cref="DaprErrors.OutputBinding"/> after its metadata.</summary>
    public async Task<BindingReply> InvokeAsync(string name, BindingCall call, CancellationToken cancellation)
    {
        if (call.Operation.Length == 0)
        {
            throw DaprErrors.OutputBinding(name, "operation field is missing from request");
        }
        if (components.Bindings.GetValueOrDefault(name)?.Output is not { } binding)
        {
            throw DaprErrors.OutputBinding(name, $"couldn't find output binding {name}");
        }
        if (!binding.Operations.Contains(call.Operation, StringComparer.Ordinal))
        {
            throw DaprErrors.OutputBinding(name, $"binding {name} does not support operation {call.Operation}. supported operations:{string.Join(' ', binding.Operations)}");
        }
        try
        {
            return await policies.Outbound(name, ComponentKind.Binding).RunAsync(limit => new ValueTask<BindingReply>(binding.InvokeAsync(call, limit)), cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            throw DaprErrors.OutputBinding(name, e.Message);
        }
    }
}
