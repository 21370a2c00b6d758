using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Metrics;
using Sidecar.Resiliency;

namespace Sidecar.Conversation;

/// <summary>The conversation building block of one app, independent of the transport.</summary>
internal sealed class ConversationApi(string appId, ComponentSet components, PolicyBook policies, TimeProvider time)
{
    /// <summary>The component, checked for before anything of the request is looked at.</summary>
    public ILanguageModel Demand(string component) =>
        components.Of<ILanguageModel>().GetValueOrDefault(component) ?? throw ConversationErrors.ComponentNotFound(component);

    public async Task<ConversationAnswer> ConverseAsync(string component, ConversationTurn turn, CancellationToken cancellation)
    {
        var model = Demand(component);
        var begun = time.GetTimestamp();
        var succeeded = false;
        try
        {
            var answer = await policies
                .Outbound(component, ComponentKind.Conversation)
                .RunAsync(_ => ValueTask.FromResult(model.Converse(turn)), cancellation);
            succeeded = true;
            return answer;
        }
        catch (Exception e) when (e is FormatException or TimeoutException or CircuitBreakerRefusedException)
        {
            throw ConversationErrors.ConversationFailed(component, e.Message);
        }
        finally
        {
            ComponentMeter.Conversed(appId, component, succeeded, time.GetElapsedTime(begun));
        }
    }
}
