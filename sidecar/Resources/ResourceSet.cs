using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>All resources of the folders an app names, and what was passed over.</summary>
internal sealed record ResourceSet(IReadOnlyList<Component> Components, IReadOnlyList<Subscription> Subscriptions, IReadOnlyList<HttpEndpoint> Endpoints, IReadOnlyList<ResiliencyRules> Resiliency, IReadOnlyList<string> Skipped)
{
    /// <summary>Reads every YAML file of <paramref name="folders"/>; mistakes are added to <paramref name="problems"/>, all of them.</summary>
    public static ResourceSet Load(IEnumerable<string> folders, List<YamlProblem> problems)
    {
        var components = new List<Component>();
        var subscriptions = new List<Subscription>();
        var endpoints = new List<HttpEndpoint>();
        var resiliency = new List<ResiliencyRules>();
        var skipped = new List<string>();
        foreach (var file in folders.SelectMany(folder => FilesOf(folder, problems)))
        {
            foreach (var document in YamlDocuments.Read(file, problems).Where(IsOurs))
            {
                switch (document.Text("kind"))
                {
                    case "Component":
                        if (ComponentReader.Read(document) is { } component)
                        {
                            components.Add(component);
                        }
                        break;
                    case "Subscription":
                        if (SubscriptionReader.Read(document) is { } subscription)
                        {
                            subscriptions.Add(subscription);
                        }
                        break;
                    case "HTTPEndpoint":
                        if (HttpEndpointReader.Read(document) is { } endpoint)
                        {
                            endpoints.Add(endpoint);
                        }
                        break;
                    case "Resiliency":
                        if (ResiliencyReader.Read(document) is { } rules)
                        {
                            resiliency.Add(rules);
                        }
                        break;
                    case "Configuration" or "WorkflowAccessPolicy" or "MCPServer":
                        skipped.Add($"{file}:{document.Line}: {document.Text("kind")} is not used from a resources folder");
                        break;
                    case var kind:
                        document.Report("kind", $"'{kind}' is not a kind of resource; known are Component, Subscription, Resiliency, HTTPEndpoint, Configuration");
                        break;
                }
            }
        }
        ReportDuplicates(components, problems);
        return new ResourceSet(components, subscriptions, endpoints, resiliency, skipped);
    }

    /// <summary>Where this process has a namespace, resources of others are passed over.</summary>
    private static bool IsOurs(YamlMap document)
        => Environment.GetEnvironmentVariable("NAMESPACE") is not { Length: > 0 } own
        || document.Map("metadata")?.Text("namespace") is not { Length: > 0 } other || other == own;

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
        return Directory.EnumerateFiles(folder)
            .Where(file => Path.GetExtension(file) is ".yaml" or ".yml")
            .Order(StringComparer.Ordinal);
    }

    private static void ReportDuplicates(List<Component> components, List<YamlProblem> problems)
    {
        foreach (var twins in components.GroupBy(component => component.Name, StringComparer.Ordinal))
        {
            foreach (var twin in twins.Skip(1))
            {
                var first = twins.First();
                // Two components of one name may serve different apps; only a shared app makes the name ambiguous.
                var overlap = first.Scopes.Count == 0 || twin.Scopes.Count == 0 || first.Scopes.Intersect(twin.Scopes, StringComparer.Ordinal).Any();
                if (overlap)
                {
                    problems.Add(new YamlProblem(twin.File, twin.Line, $"duplicate definition of Component name {twin.Name} ({twin.Type}/{twin.Version}) with existing {first.Name} ({first.Type}/{first.Version}) in {first.File}:{first.Line}"));
                }
            }
        }
    }
}
