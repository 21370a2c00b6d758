using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Architecture;

/// <summary>Components and the run template name existing things, and every store has one owner.</summary>
public sealed partial class ComponentTests
{
    private const string ChoreographySuffix = "-choreography";

    private static readonly IReadOnlyList<string> ComponentFiles =
    [
        .. Repository.Files.Where(file =>
            file.StartsWith("components/", StringComparison.Ordinal)
            && file.Count(c => c == '/') == 2
            && IsYaml(file)
            && Text(Repository.Yaml(file), "kind") == "Component"
        ),
    ];
    private static readonly IReadOnlyList<YamlMappingNode> Apps =
    [
        .. ((YamlSequenceNode)Repository.Yaml("dapr.yaml")["apps"]).Cast<YamlMappingNode>(),
    ];

    public static TheoryData<string> StateStores =>
        [.. ComponentFiles.Where(file => TypeOf(file).StartsWith("state.", StringComparison.Ordinal))];

    public static TheoryData<string> ChoreographyStores =>
        [.. ComponentFiles.Where(file => NameOf(file).EndsWith(ChoreographySuffix, StringComparison.Ordinal))];

    public static TheoryData<string> Components => [.. ComponentFiles];

    public static TheoryData<string> AppIds => [.. Apps.Select(app => Text(app, "appID"))];

    [Theory]
    [MemberData(nameof(StateStores))]
    public void A_state_store_belongs_to_exactly_one_app(string file) =>
        Assert.Contains(Assert.Single(Scopes(file)), Apps.Select(app => Text(app, "appID")));

    [Theory]
    [MemberData(nameof(Components))]
    public void A_component_file_is_called_like_its_component(string file) => Assert.Equal(Repository.Name(file), NameOf(file));

    [Fact]
    public void Every_set_has_the_same_components_for_the_same_apps()
    {
        var sets = ComponentFiles
            .GroupBy(file => file.Split('/')[1])
            .ToDictionary(
                set => set.Key,
                set =>
                    string.Join('\n', set.Select(file => $"{NameOf(file)}: {string.Join(' ', Scopes(file))}").Order(StringComparer.Ordinal))
            );
        Assert.True(sets.Count >= 2, "there is one set only");
        Assert.All(sets, set =>
            Assert.True(
                set.Value == sets["embedded"],
                $"components/{set.Key} has\n{set.Value}\nbut components/embedded has\n{sets["embedded"]}"
            )
        );
    }

    /// <summary>Decision 63.</summary>
    [Theory]
    [MemberData(nameof(ChoreographyStores))]
    public void A_component_for_choreographed_orders_differs_from_its_store_by_name_and_topic_alone(string file)
    {
        var store = NameOf(file).Replace(ChoreographySuffix, "-store", StringComparison.Ordinal);
        var expected = Repository
            .Read($"{Path.GetDirectoryName(file)}/{store}.yaml")
            .Replace($"name: {store}\n", $"name: {NameOf(file)}\n", StringComparison.Ordinal)
            .Replace("- name: keyPrefix\n      value: name\n", $"- name: keyPrefix\n      value: {store}\n", StringComparison.Ordinal);
        expected = OutboxTopic().Replace(expected, $"$0{ChoreographySuffix}");
        Assert.Equal(expected, Repository.Read(file)[(Repository.Read(file).IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        Assert.Contains($"{ChoreographySuffix}\n", expected, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(StateStores))]
    public void Only_the_owner_of_a_store_names_it(string file)
    {
        var owners = Scopes(file).Select(FolderOf).ToList();
        var naming = Repository
            .Files.Where(source =>
                source.StartsWith("services/", StringComparison.Ordinal)
                && source.EndsWith(".cs", StringComparison.Ordinal)
                && Repository.Read(source).Contains($"\"{NameOf(file)}\"", StringComparison.Ordinal)
            )
            .Select(source => source.Split('/')[1])
            .Distinct();
        Assert.Empty(naming.Except(owners));
    }

    [Theory]
    [MemberData(nameof(AppIds))]
    public void An_app_is_started_from_the_folder_and_assembly_of_its_service(string appId)
    {
        var app = Apps.Single(app => Text(app, "appID") == appId);
        var project = Assert.Single(Repository.Projects, file =>
            Path.GetDirectoryName(file)!.Replace('\\', '/')
            == Text(app, "appDirPath").Replace("./", "", StringComparison.Ordinal).TrimEnd('/')
        );
        var assembly = Repository.Xml(project).Descendants("AssemblyName").FirstOrDefault()?.Value ?? Repository.Name(project);
        Assert.Equal(
            ["dotnet", $"bin/app/{assembly}.dll"],
            ((YamlSequenceNode)app["command"]).Select(word => ((YamlScalarNode)word).Value!)
        );
    }

    [Fact]
    public void Every_service_is_an_app_of_the_run_template() =>
        Assert.Empty(Repository.Services.Select(Repository.Name).Except(Apps.Select(app => FolderOf(Text(app, "appID")))));

    [Fact]
    public void No_two_apps_share_an_id_or_a_port()
    {
        Assert.Distinct(Apps.Select(app => Text(app, "appID")));
        Assert.Distinct(Apps.Where(app => app.Children.ContainsKey("appPort")).Select(app => Text(app, "appPort")));
    }

    [Fact]
    public void The_run_template_names_folders_and_files_that_are_there()
    {
        var common = (YamlMappingNode)Repository.Yaml("dapr.yaml")["common"];
        Assert.All((YamlSequenceNode)common["resourcesPaths"], path =>
            Assert.True(Directory.Exists(Path.Combine(Repository.Root, ((YamlScalarNode)path).Value!)), $"{path} is not there")
        );
        Assert.True(File.Exists(Path.Combine(Repository.Root, Text(common, "configFilePath"))));
    }

    private static string FolderOf(string appId) => Text(Apps.Single(app => Text(app, "appID") == appId), "appDirPath").Split('/')[^1];

    private static string TypeOf(string file) => Text((YamlMappingNode)Repository.Yaml(file)["spec"], "type");

    private static string NameOf(string file) => Text((YamlMappingNode)Repository.Yaml(file)["metadata"], "name");

    private static IReadOnlyList<string> Scopes(string file) =>
        Repository.Yaml(file).Children.TryGetValue("scopes", out var scopes)
            ? [.. ((YamlSequenceNode)scopes).Select(scope => ((YamlScalarNode)scope).Value!)]
            : [];

    private static string Text(YamlMappingNode map, string key) => ((YamlScalarNode)map[key]).Value!;

    private static bool IsYaml(string file) => Regex.IsMatch(file, @"\.ya?ml$");

    [GeneratedRegex("(?<=- name: outboxPublishTopic\n      value: )\\w+")]
    private static partial Regex OutboxTopic();
}
