using Sidecar.Apps;
using Sidecar.Bindings;
using Sidecar.Catalogue;
using Sidecar.Components;
using Sidecar.Metrics;
using Sidecar.PubSub;
using Sidecar.PubSub.Subscribing;
using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.State;
using Sidecar.Yaml;

namespace Sidecar.Hosting;

/// <summary>Closes and opens components while the sidecar of their app runs.</summary>
internal sealed partial class ComponentReload(
    AppOptions options,
    ComponentSet components,
    SubscriptionManager subscriptions,
    InputBindings bindings,
    Outbox outbox,
    ILogger logger
)
{
    /// <summary>Changes components in daprd's order: removed, changed, new. The caller ensures that no event source starts or stops
    /// meanwhile.</summary> <exception cref="InvalidConfigurationException">A component without <c>ignoreErrors</c> cannot be
    /// opened.</exception>
    public async Task ApplyAsync(ResourceChanges changes, ComponentLoader loader, CancellationToken cancellation)
    {
        foreach (var gone in changes.Removed)
        {
            await CloseAsync(gone);
        }
        foreach (var (before, after) in changes.Changed)
        {
            await CloseAsync(before);
            await OpenAsync(after, loader, cancellation);
        }
        foreach (var come in changes.Added)
        {
            await OpenAsync(come, loader, cancellation);
        }
    }

    private async Task CloseAsync(Component component)
    {
        if (components.Loaded.FirstOrDefault(loaded => loaded.Resource.Name == component.Name) is not { } open)
        {
            return; // it was left out
        }
        LogClosing(component.Name, component.Type, component.Version);
        await bindings.StopAsync(component.Name);
        await subscriptions.PauseAsync(component.Name);
        await components.CloseAsync(open);
    }

    private async Task OpenAsync(Component component, ComponentLoader loader, CancellationToken cancellation)
    {
        var problems = new List<YamlProblem>();
        var opened = await loader.OpenAsync(component, options.AppId, components.Of<ISecretStore>(), problems, cancellation);
        if (problems.Exists(problem => problem.Severity == Severity.Error))
        {
            var failure =
                $"process component {component.Name} error: [INIT_COMPONENT_FAILURE]: initialization error occurred for "
                + $"{component.Name} ({component.Type}/{component.Version}): {string.Join("; ", problems)}";
            if (!component.IgnoreErrors)
            {
                LogFatal(failure);
                throw new InvalidConfigurationException(problems);
            }
            LogIgnored(failure);
            return;
        }
        problems.ForEach(problem => LogProblem(problem.ToString()));
        if (opened is null)
        {
            return; // left out, for which there is a warning
        }
        components.Add(opened);
        ComponentMeter.Loaded(options.AppId, component.Type);
        LogUpdated(component.Name, component.Type, component.Version);
        if (opened.Instance is StateStoreComponent store)
        {
            await outbox.TakeUpAsync(store, cancellation);
        }
        if (opened.Instance is PubSubComponent)
        {
            await subscriptions.ResumeAsync(component.Name, cancellation);
        }
    }

    [LoggerMessage(1021, LogLevel.Information, "Closing existing Component to reload: {Component} ({Type}/{Version})")]
    private partial void LogClosing(string component, string type, string version);

    [LoggerMessage(1022, LogLevel.Information, "Component updated: {Component} ({Type}/{Version})")]
    private partial void LogUpdated(string component, string type, string version);

    [LoggerMessage(1023, LogLevel.Error, "Ignoring error processing component: {Failure}")]
    private partial void LogIgnored(string failure);

    [LoggerMessage(1025, LogLevel.Warning, "Ignored: {Problem}")]
    private partial void LogProblem(string problem);

    [LoggerMessage(1024, LogLevel.Error, "Error processing component, daprd will exit gracefully: {Failure}")]
    private partial void LogFatal(string failure);
}
