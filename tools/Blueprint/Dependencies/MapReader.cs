using System.Text.RegularExpressions;
using Sidecar.Resources;
using Sidecar.Running;
using Sidecar.Yaml;

namespace Blueprint.Dependencies;

/// <summary>
/// Reads the map from the run template, components with their scopes, subscriptions, the schemas of events, and the clients that the
/// services declare.
/// </summary>
internal static partial class MapReader
{
    private const string Skip = "/events/skip";

    /// <param name="root">The folder that holds <c>contracts/events</c>.</param>
    /// <param name="runFile">The run template; null for the one in <paramref name="root"/>.</param>
    /// <param name="componentSet">The folder under <c>components/</c> whose stores are read.</param>
    public static DependencyMap Read(string root, string? runFile = null, string componentSet = "embedded")
    {
        var problems = new List<YamlProblem>();
        var template = RunTemplateReader.Read(runFile ?? Path.Combine(root, "dapr.yaml"), componentSet);
        var resources = ResourceSet.Read(
            template.Apps.SelectMany(app => app.Options.ResourcesPaths).Distinct(StringComparer.Ordinal),
            problems
        );
        problems.AddRange(template.Apps.SelectMany(app => resources.Duplicates(app.Options.AppId)).Distinct());
        if (problems.Count > 0)
        {
            throw new InvalidConfigurationException(problems);
        }
        var apps = template.Apps.Select(app => app.Options.AppId).ToList();
        var stores = resources.Components.Where(component => component.Type.StartsWith("state.", StringComparison.Ordinal)).ToList();
        var schemas = Path.Combine(root, "contracts", "events");
        if (!Directory.Exists(schemas))
        {
            throw new InvalidConfigurationException(
                schemas,
                0,
                "the folder with the schemas of the events does not exist; name the folder that holds it with --root"
            );
        }
        return new DependencyMap(
            apps,
            [
                .. template
                    .Apps.SelectMany(app => CallsOf(app, apps))
                    .Distinct()
                    .OrderBy(call => call.From, StringComparer.Ordinal)
                    .ThenBy(call => call.To, StringComparer.Ordinal),
            ],
            [
                .. stores
                    .Select(store => new Store(
                        store.Name,
                        store.Scopes,
                        StoreLocations.Of(store, template.Apps.FirstOrDefault(app => store.AppliesTo(app.Options.AppId)), root)
                    ))
                    .OrderBy(store => store.Name, StringComparer.Ordinal),
            ],
            [.. stores.SelectMany(Publications).Distinct().OrderBy(publication => publication.Topic, StringComparer.Ordinal)],
            [
                .. resources
                    .Subscriptions.SelectMany(Consumptions)
                    .OrderBy(one => one.Topic, StringComparer.Ordinal)
                    .ThenBy(one => one.App, StringComparer.Ordinal),
            ],
            [
                .. Directory
                    .EnumerateFiles(schemas, "*.json")
                    .Select(file => Path.GetFileNameWithoutExtension(file))
                    .Order(StringComparer.Ordinal),
            ]
        );
    }

    private static IEnumerable<Publication> Publications(Component store) =>
        store.Metadata.FirstOrDefault(item => item.Name == "outboxPublishTopic")?.Value is { } topic
            ? store.Scopes.Select(app => new Publication(app, topic))
            : [];

    private static IEnumerable<Consumption> Consumptions(Subscription subscription)
    {
        var rules = subscription.Rules.Where(rule => rule.Path != Skip).Select(rule => rule.Match).ToList();
        return subscription.Scopes.Select(app => new Consumption(
            app,
            subscription.Topic,
            rules,
            subscription.DefaultRoute is not (null or Skip)
        ));
    }

    /// <summary>A service names the apps it calls where it registers their clients, and the gateway in its table of routes.</summary>
    private static IEnumerable<Call> CallsOf(RunApp app, List<string> apps) =>
        Directory
            .EnumerateFiles(app.Directory, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Declared().Matches(File.ReadAllText(file)))
            .Where(match => apps.Contains(match.Groups["app"].Value))
            .Select(match => new Call(app.Options.AppId, match.Groups["app"].Value, match.Groups["background"].Success));

    [GeneratedRegex(
        """AddServiceClient<\w+>\("(?<app>[\w-]+)"\)|(?<background>AddBackgroundClient)<\w+>\("(?<app>[\w-]+)"\)|"""
            + """new\(\[[^\]]*\], "[\w/-]+", "(?<app>[\w-]+)"|const string AppId = "(?<app>[\w-]+)";"""
    )]
    private static partial Regex Declared();
}
