using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Metrics;
using Sidecar.Resiliency;

namespace Sidecar.Bindings;

/// <summary>The output half of the bindings building block of one app, independent of the transport.</summary>
internal sealed class BindingsApi(string appId, ComponentSet components, PolicyBook policies, TimeProvider time)
{
    /// <summary>A reply with a failure is reported by <see cref="BindingErrors.OutputFailed"/> after its metadata.</summary>
    public async Task<BindingReply> InvokeAsync(string name, BindingCall call, CancellationToken cancellation)
    {
        if (call.Operation.Length == 0)
        {
            throw BindingErrors.OutputFailed(name, "operation field is missing from request");
        }
        if (components.Of<BindingComponent>().GetValueOrDefault(name)?.Output is not { } binding)
        {
            throw BindingErrors.OutputFailed(name, $"couldn't find output binding {name}");
        }
        if (!binding.Operations.Contains(call.Operation, StringComparer.Ordinal))
        {
            throw BindingErrors.OutputFailed(
                name,
                $"binding {name} does not support operation {call.Operation}. supported operations:{string.Join(' ', binding.Operations)}"
            );
        }
        var begun = time.GetTimestamp();
        var succeeded = false;
        try
        {
            var reply = await policies
                .Outbound(name, ComponentKind.Binding)
                .RunAsync(limit => new ValueTask<BindingReply>(binding.InvokeAsync(call, limit)), cancellation);
            succeeded = reply.Failure is null;
            return reply;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            throw BindingErrors.OutputFailed(name, e.Message);
        }
        finally
        {
            ComponentMeter.OutputBound(appId, name, call.Operation, succeeded, time.GetElapsedTime(begun));
        }
    }
}
