using Sidecar.Components;
using Sidecar.PubSub;
using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.State;
using Sidecar.Yaml;

namespace Sidecar.Catalogue;

/// <summary>Opens the components that apply to an app: secret stores first, because the others may refer to them.</summary>
/// <param name="find">Finds the driver of a component type; null for the table of <see cref="Drivers"/>.</param>
/// <param name="denied">The components that are left out; null for none.</param>
internal sealed partial class ComponentLoader(
    ILoggerFactory loggers,
    TimeProvider time,
    string baseDirectory,
    Func<string, Driver?>? find = null,
    IReadOnlyList<DeniedComponent>? denied = null
)
{
    private readonly ILogger logger = loggers.CreateLogger<ComponentLoader>();

    /// <summary>Adds mistakes to <paramref name="problems"/>; a broken component with <c>ignoreErrors</c> is left out instead.</summary>
    public async Task<ComponentSet> LoadAsync(
        string appId,
        IReadOnlyList<Component> resources,
        List<YamlProblem> problems,
        CancellationToken cancellation
    )
    {
        var loaded = new Dictionary<string, LoadedComponent>(StringComparer.Ordinal);
        var secrets = new Dictionary<string, ISecretStore>(StringComparer.Ordinal);
        var waiting = resources
            .Where(component => component.AppliesTo(appId))
            .OrderBy(component => component.Type.StartsWith("secretstores.", StringComparison.Ordinal) ? 0 : 1)
            .ToList();
        while (waiting.Count > 0)
        {
            // After its secret store, which may itself refer to another one.
            var component = waiting.Find(one => MetadataResolver.MissingStore(one, secrets) is null) ?? waiting[0];
            waiting.Remove(component);
            var found = new List<YamlProblem>();
            if (await OpenAsync(component, appId, secrets, found, cancellation) is { } opened)
            {
                loaded[component.Name] = opened;
                if (opened.Instance is ISecretStore store)
                {
                    secrets[component.Name] = store;
                }
            }
            if (component.IgnoreErrors && found.Exists(IsError))
            {
                LogIgnored(component.Name, component.Type, string.Join("; ", found));
            }
            else
            {
                problems.AddRange(found);
            }
        }
        if (
            loaded
                .Values.Where(component => component.Instance is StateStoreComponent { ActorStateStore: true })
                .Select(component => component.Resource)
                .ToList()
            is [_, var second, ..]
        )
        {
            problems.Add(
                new YamlProblem(
                    second.File,
                    second.Line,
                    $"app '{appId}' has two stores flagged actorStateStore; flag one, or narrow the scopes"
                )
            );
        }
        return new ComponentSet([.. loaded.Values]);
    }

    /// <summary>
    /// Null if the component cannot be opened; <paramref name="problems"/> contains the reasons. Null without an error among them if the
    /// component is left out.
    /// </summary>
    public async Task<LoadedComponent?> OpenAsync(
        Component component,
        string appId,
        IReadOnlyDictionary<string, ISecretStore> secrets,
        List<YamlProblem> problems,
        CancellationToken cancellation
    )
    {
        if (denied?.Any(one => one.Covers(component)) == true)
        {
            LogDenied(component.Name, component.Type, component.Version);
            return null;
        }
        if (MetadataResolver.MissingStore(component, secrets) is { } store)
        {
            problems.Add(
                new YamlProblem(
                    component.File,
                    component.Line,
                    $"component '{component.Name}' is left out, because secret store '{store}' is not open; define it, or put the app "
                        + "into its scopes",
                    Severity.SkippedDocument
                )
            );
            return null;
        }
        if (component.Type.StartsWith("workflow.", StringComparison.Ordinal))
        {
            problems.Add(
                new YamlProblem(
                    component.File,
                    component.Line,
                    $"process component {component.Name} error: incorrect type {component.Type}; workflows need no component, "
                        + "but a state store with actorStateStore"
                )
            );
            return null;
        }
        if ((find ?? Drivers.Find)(component.Type) is not { } driver)
        {
            problems.Add(
                new YamlProblem(
                    component.File,
                    component.Line,
                    $"component type '{component.Type}' is not offered; known are: {string.Join(", ", Drivers.Types)}"
                )
            );
            return null;
        }
        if (!driver.Versions.Contains(component.Version, StringComparer.Ordinal))
        {
            problems.Add(
                new YamlProblem(
                    component.File,
                    component.Line,
                    $"{component.Type} has no version '{component.Version}'; known are: {string.Join(", ", driver.Versions)}"
                )
            );
            return null;
        }
        var metadata = MetadataResolver.Resolve(component, appId, secrets, problems);
        if (problems.Exists(IsError))
        {
            return null;
        }
        var properties = new ComponentProperties(component, metadata.Values, problems);
        try
        {
            var open = driver.Read(new DriverContext(appId, properties, baseDirectory, time, loggers));
            var isRight = !problems.Exists(IsError);
            problems.AddRange(properties.Unknown());
            if (!isRight)
            {
                return null;
            }
            var opened = await open(cancellation);
            var instance =
                metadata.NamesNamespace && opened.Instance is PubSubComponent pubsub
                    ? pubsub with
                    {
                        Broker = new NamespacedTopics(pubsub.Broker, MetadataResolver.Namespace),
                    }
                    : opened.Instance;
            return new LoadedComponent(component, instance, opened.Capabilities);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !cancellation.IsCancellationRequested)
        {
            problems.Add(
                new YamlProblem(
                    component.File,
                    component.Line,
                    $"component '{component.Name}' ({component.Type}) could not be opened: {e.Message}"
                )
            );
            return null;
        }
    }

    private static bool IsError(YamlProblem problem) => problem.Severity == Severity.Error;

    [LoggerMessage(1103, LogLevel.Warning, "Component {Component} is left out: the Configuration denies components of {Type}/{Version}")]
    private partial void LogDenied(string component, string type, string version);

    [LoggerMessage(1101, LogLevel.Warning, "Component {Component} ({Type}) is left out, because ignoreErrors is set: {Problem}")]
    private partial void LogIgnored(string component, string type, string problem);
}
