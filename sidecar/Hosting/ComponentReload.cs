using Grpc.Core;
using Sidecar.Catalogue;
using Sidecar.Metrics;
using Sidecar.PubSub;
using Sidecar.PubSub.Subscribing;
using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.State;
using Sidecar.Yaml;

namespace Sidecar.Hosting;

/// <summary>Components and subscriptions that come, change and go while the sidecar runs.</summary>
internal sealed partial class AppSidecar
{
    /// <summary>
    /// Takes up <paramref name="changes"/>; what is the same stays as it is. In daprd's order: what goes, what changes, what comes. One at a
    /// time calls this, and nobody after <see cref="QuiesceAsync"/>.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">A component can't be opened and says no <c>ignoreErrors</c>.</exception>
    public async Task ChangeAsync(ResourceChanges changes, ComponentLoader loader, CancellationToken cancellation)
    {
        await events.WaitAsync(cancellation);
        try
        {
            foreach (var gone in changes.Gone)
            {
                await CloseAsync(gone);
            }
            foreach (var (before, after) in changes.Changed)
            {
                await CloseAsync(before);
                await OpenAsync(after, loader, cancellation);
            }
            foreach (var come in changes.Come)
            {
                await OpenAsync(come, loader, cancellation);
            }
            declared = Declared(changes.Resources);
            Resources = changes.Resources;
            await ResumeEventsAsync(cancellation);
            ToldComponents = Components.Loaded;
        }
        finally
        {
            events.Release();
        }
    }

    /// <summary>Of the actors and workflows, which can't change theirs while they run.</summary>
    public Component? ActorStore => Components.ActorStateStoreResource;

    private async Task ResumeEventsAsync(CancellationToken cancellation)
    {
        var reachable = Channel is not null && AppIsWell;
        try
        {
            await Blocks.Subscriptions.ChangeAsync(reachable ? await WantedAsync(cancellation) : declared.Select(subscription => subscription.Topic), cancellation);
            if (reachable && !noMoreEvents)
            {
                await InputBindings.StartAsync(Channel!, cancellation);
            }
        }
        catch (Exception e) when (e is HttpRequestException or RpcException)
        {
            LogConnectionFailed(e, Options.AppId); // the app is away: no reason to end, and the next change asks again
        }
    }

    private async Task CloseAsync(Component component)
    {
        if (Components.Loaded.FirstOrDefault(loaded => loaded.Resource.Name == component.Name) is not { } open)
        {
            return; // it was left out
        }
        LogClosing(component.Name, component.Type, component.Version);
        await InputBindings.StopAsync(component.Name);
        await Blocks.Subscriptions.PauseAsync(component.Name);
        await Components.CloseAsync(open);
    }

    private async Task OpenAsync(Component component, ComponentLoader loader, CancellationToken cancellation)
    {
        var problems = new List<YamlProblem>();
        if (loader.Open(component, Options.AppId, Components.Of<ISecretStore>(), problems) is not { } opened)
        {
            var failure = $"process component {component.Name} error: [INIT_COMPONENT_FAILURE]: initialization error occurred for {component.Name} ({component.Type}/{component.Version}): {string.Join("; ", problems)}";
            if (!component.IgnoreErrors)
            {
                LogFatal(failure);
                throw new InvalidConfigurationException(problems);
            }
            LogIgnored(failure);
            return;
        }
        Components.Add(opened);
        SidecarMeter.Loaded(Options.AppId, component.Type);
        LogUpdated(component.Name, component.Type, component.Version);
        if (opened.Instance is StateStoreComponent store)
        {
            await Outbox.TakeUpAsync(store, cancellation);
        }
        if (opened.Instance is PubSubComponent)
        {
            await Blocks.Subscriptions.ResumeAsync(component.Name, cancellation);
        }
    }

    /// <summary>A later subscription of the same name takes the place of the earlier one; one that has not changed stays the same object.</summary>
    private IReadOnlyList<(Subscription, TopicSubscription)> Declared(ResourceSet resources)
        => [.. resources.Subscriptions.Where(subscription => subscription.AppliesTo(Options.AppId)).Reverse().DistinctBy(subscription => subscription.Name).Reverse()
            .Select(subscription => (subscription, declared.FirstOrDefault(known => known.Resource.Content == subscription.Content).Topic ?? TopicSubscription.From(subscription)))];

    [LoggerMessage(1021, LogLevel.Information, "Closing existing Component to reload: {Component} ({Type}/{Version})")]
    private partial void LogClosing(string component, string type, string version);

    [LoggerMessage(1022, LogLevel.Information, "Component updated: {Component} ({Type}/{Version})")]
    private partial void LogUpdated(string component, string type, string version);

    [LoggerMessage(1023, LogLevel.Error, "Ignoring error processing component: {Failure}")]
    private partial void LogIgnored(string failure);

    [LoggerMessage(1024, LogLevel.Error, "Error processing component, daprd will exit gracefully: {Failure}")]
    private partial void LogFatal(string failure);
}
