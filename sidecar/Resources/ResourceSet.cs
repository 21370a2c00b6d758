using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>All resources of an app's folders.</summary>
internal sealed record ResourceSet(
    IReadOnlyList<Component> Components,
    IReadOnlyList<Subscription> Subscriptions,
    IReadOnlyList<HttpEndpointResource> Endpoints,
    IReadOnlyList<ResiliencyRules> Resiliency
)
{
    /// <summary>Resources whose change requires a restart of the sidecar.</summary>
    public RestartResources RestartResources { get; init; } = new();

    /// <summary>Like <see cref="Read"/>; <see cref="Duplicates"/> for the app are mistakes as well.</summary>
    public static ResourceSet Load(string appId, IEnumerable<string> folders, List<YamlProblem> problems)
    {
        var resources = Read(folders, problems);
        problems.AddRange(resources.Duplicates(appId));
        return resources;
    }

    /// <summary>Reads every YAML file of <paramref name="folders"/>; mistakes are added to <paramref name="problems"/>, all of
    /// them.</summary>
    public static ResourceSet Read(IEnumerable<string> folders, List<YamlProblem> problems)
    {
        var components = new List<Component>();
        var subscriptions = new List<Subscription>();
        var endpoints = new List<HttpEndpointResource>();
        var resiliency = new List<ResiliencyRules>();
        var others = new RestartResources();
        foreach (var file in folders.SelectMany(folder => FilesOf(folder, problems)))
        {
            var found = new List<YamlProblem>();
            var documents = YamlDocuments.Read(file, found);
            foreach (var document in documents.Where(IsOurs))
            {
                var before = found.Count;
                Action? take = document.Text("kind") switch
                {
                    "Component" when ComponentReader.Read(document) is { } component => () =>
                        components.Add(component with { Content = document.Content }),
                    "Subscription" when SubscriptionReader.Read(document) is { } subscription => () =>
                        subscriptions.Add(subscription with { Content = document.Content }),
                    "HTTPEndpoint" when HttpEndpointReader.Read(document) is { } endpoint => () =>
                    {
                        endpoints.Add(endpoint);
                        others.Add(endpoint.Name, document);
                    },
                    "Resiliency" when document != documents[0] => WarnOfPlace(document),
                    "Resiliency" when ResiliencyReader.Read(document) is { } rules => () =>
                    {
                        resiliency.Add(rules);
                        others.Add(rules.Name, document);
                    },
                    "Configuration" => () => others.Add(document.Map("metadata")?.Text("name"), document),
                    "WorkflowAccessPolicy" or "MCPServer" => WarnOfKind(document, others),
                    "Component" or "Subscription" or "HTTPEndpoint" or "Resiliency" => null,
                    var kind => ReportKind(document, kind),
                };
                // As in daprd, a document with a mistake is ignored; the others of the file count.
                if (found.Skip(before).All(problem => problem.Severity == Severity.IgnoredField))
                {
                    take?.Invoke();
                }
            }
            problems.AddRange(
                found.Select(problem => problem.Severity == Severity.Error ? problem with { Severity = Severity.SkippedDocument } : problem)
            );
        }
        return new ResourceSet(components, subscriptions, endpoints, resiliency) { RestartResources = others };
    }

    private static Action WarnOfKind(YamlMap document, RestartResources others)
    {
        document.Warn("kind", $"a {document.Text("kind")} has no effect on the embedded sidecar; see docs/fidelity.md");
        return () => others.Add(document.Map("metadata")?.Text("name"), document);
    }

    private static Action? WarnOfPlace(YamlMap document)
    {
        document.Warn("kind", "a Resiliency is read only from the first document of a file; move it into a file of its own");
        return null;
    }

    private static Action? ReportKind(YamlMap document, string? kind)
    {
        document.Report(
            "kind",
            (kind is null ? "'kind' is missing" : $"'{kind}' is not a kind of resource")
                + "; known are Component, Subscription, Resiliency, HTTPEndpoint, Configuration"
        );
        return null;
    }

    /// <summary>If this process has a namespace, resources of other namespaces are ignored. A Resiliency belongs to all of them.</summary>
    private static bool IsOurs(YamlMap document) =>
        document.Text("kind") == "Resiliency"
        || Environment.GetEnvironmentVariable("NAMESPACE") is not { Length: > 0 } own
        || document.Map("metadata")?.Text("namespace") is not { Length: > 0 } other
        || other == own;

    private static IEnumerable<string> FilesOf(string folder, List<YamlProblem> problems)
    {
        if (File.Exists(folder))
        {
            return [folder];
        }
        if (!Directory.Exists(folder))
        {
            problems.Add(new YamlProblem(folder, 0, "the resources path does not exist; name an existing folder of YAML files"));
            return [];
        }
        return Directory.EnumerateFiles(folder).Where(file => Path.GetExtension(file) is ".yaml" or ".yml").Order(StringComparer.Ordinal);
    }

    /// <summary>
    /// Components whose name the app has already: the first component in scope of the app takes the name, and any later one is a mistake,
    /// even one for other apps.
    /// </summary>
    public IEnumerable<YamlProblem> Duplicates(string appId)
    {
        var named = new Dictionary<string, Component>(StringComparer.Ordinal);
        foreach (var component in Components)
        {
            if (named.TryGetValue(component.Name, out var first))
            {
                yield return new YamlProblem(
                    component.File,
                    component.Line,
                    $"duplicate definition of Component name {component.Name} ({component.Type}/{component.Version}) with existing "
                        + $"{first.Name} ({first.Type}/{first.Version})"
                )
                {
                    Elsewhere = $" in {first.File}:{first.Line}",
                };
            }
            else if (component.AppliesTo(appId))
            {
                named[component.Name] = component;
            }
        }
    }
}
