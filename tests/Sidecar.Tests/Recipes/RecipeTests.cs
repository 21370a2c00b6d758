using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Api.Http;
using Sidecar.Catalogue;
using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Flags;
using Sidecar.Flags.Drivers;
using Sidecar.Resiliency;
using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.Secrets.Drivers;
using Sidecar.Yaml;

namespace Sidecar.Tests.Recipes;

/// <summary>
/// The recipes of docs/sidecar.md. Their code is compiled here: each code block equals the file of its name in this folder.
/// </summary>
public sealed class RecipeTests : IDisposable
{
    private static readonly string Root = FindRoot();
    private static readonly string Document = File.ReadAllText(Path.Combine(Root, "docs/sidecar.md"));

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    public static TheoryData<string, string> CodeBlocks => Data("csharp", Path.GetFileName);

    public static TheoryData<string, string> Changes => Data("diff", path => path);

    [Theory]
    [MemberData(nameof(CodeBlocks))]
    public void Each_code_block_of_the_document_equals_its_compiled_file(string name, string text) =>
        Assert.Equal(File.ReadAllText(Path.Combine(Root, "tests/Sidecar.Tests/Recipes", name)), text);

    [Fact]
    public void Each_compiled_file_of_the_recipes_is_in_the_document() =>
        Assert.Equal(
            Directory
                .EnumerateFiles(Path.Combine(Root, "tests/Sidecar.Tests/Recipes"), "*.cs")
                .Select(file => Path.GetFileName(file))
                .Where(name => name != "RecipeTests.cs")
                .Order(StringComparer.Ordinal),
            Blocks("csharp").Select(block => Path.GetFileName(block.Groups["path"].Value)).Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Changes))]
    public void Each_change_of_a_recipe_fits_the_file_that_it_changes(string path, string text)
    {
        var lines = File.ReadAllLines(Path.Combine(Root, path)).ToList();
        var at = 0;
        foreach (var line in text.Split('\n').Where(line => line.StartsWith(' ')))
        {
            at = lines.IndexOf(line[1..], at) + 1;
            Assert.True(at > 0, $"{path} has no line '{line[1..]}' at this place");
        }
    }

    [Fact]
    public async Task The_driver_of_the_recipe_reads_secrets_from_a_folder()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.CreateSubdirectory("secrets").FullName, "password"), "tulip\n");
        var problems = new List<YamlProblem>();
        await using var components = await LoadAsync("secretstores.local.folder", FolderSecretDriver.Read, problems);
        Assert.Empty(problems);
        var store = components.Of<ISecretStore>()["mounted"];
        Assert.Equal("tulip", store.Get("password")!["password"]);
        Assert.Null(store.Get("../secrets"));
        Assert.Equal(["password"], store.All().Keys);
    }

    [Fact]
    public async Task The_driver_of_the_recipe_reports_a_missing_folder_as_a_problem_of_the_component()
    {
        var problems = new List<YamlProblem>();
        await using var components = await LoadAsync("secretstores.local.folder", FolderSecretDriver.Read, problems);
        Assert.Empty(components.Loaded);
        Assert.Contains("there is no folder", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_building_block_of_the_recipe_answers_over_HTTP()
    {
        var problems = new List<YamlProblem>();
        await using var components = await LoadAsync("flags.list", ListedFlags.Read, problems);
        Assert.Empty(problems);
        var api = new FlagsApi(components, new PolicyBook("app", [], TimeProvider.System));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        await using var web = builder.Build();
        web.UseRouting();
        web.MapFlags(_ => api);
        await web.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(web.Urls.Single()) };
        Assert.Equal("""{"on":true}""", await client.GetStringAsync(new Uri("/v1.0-alpha1/flags/shop-flags/dark-mode", UriKind.Relative)));
        Assert.Equal("""{"on":false}""", await client.GetStringAsync(new Uri("/v1.0-alpha1/flags/shop-flags/other", UriKind.Relative)));
    }

    [Fact]
    public async Task The_building_block_of_the_recipe_refuses_an_unknown_store_by_name()
    {
        await using var components = new ComponentSet([]);
        var api = new FlagsApi(components, new PolicyBook("app", [], TimeProvider.System));
        var refused = await Assert.ThrowsAsync<DaprException>(() => api.IsOnAsync("nowhere", "dark-mode", default));
        Assert.Equal("ERR_FLAG_STORE_NOT_FOUND", refused.Error.Code);
    }

    /// <summary>Loads the component file of a recipe as the sidecar loads it, with one more driver in its table.</summary>
    private async Task<ComponentSet> LoadAsync(string type, Func<DriverContext, OpenComponent> read, List<YamlProblem> problems)
    {
        var yaml = Blocks("yaml").Select(block => block.Groups["text"].Value).Single(text => text.Contains(type, StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "component.yaml"), yaml);
        var resources = ResourceSet.Read([folder.FullName], problems);
        var loader = new ComponentLoader(NullLoggerFactory.Instance, TimeProvider.System, folder.FullName, name =>
            name == type ? new Driver(read, "v1") : Catalogue.Drivers.Find(name)
        );
        return await loader.LoadAsync("app", resources.Components, problems, default);
    }

    private static IEnumerable<Match> Blocks(string language) =>
        Regex.Matches(Document, $"^```{language} (?<path>\\S+)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline);

    private static TheoryData<string, string> Data(string language, Func<string, string?> name)
    {
        var data = new TheoryData<string, string>();
        foreach (var block in Blocks(language))
        {
            data.Add(name(block.Groups["path"].Value)!, block.Groups["text"].Value);
        }
        return data;
    }

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Dapr.sln")))
        {
            at = at.Parent ?? throw new InvalidOperationException("Dapr.sln is in no folder above the tests");
        }
        return at.FullName;
    }
}
