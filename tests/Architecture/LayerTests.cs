using System.Text.RegularExpressions;

namespace Architecture;

/// <summary>The folders of a program form layers: none uses a folder that uses it in turn, directly or through others.</summary>
public sealed class LayerTests
{
    public static TheoryData<string> Services => [.. Repository.Services.Select(Repository.Name)];

    public static TheoryData<string, string> Folders
    {
        get
        {
            var folders = new TheoryData<string, string> { { "sidecar", "Sidecar" } };
            foreach (var project in Repository.Services)
            {
                folders.Add(Path.GetDirectoryName(project)!, Repository.Name(project));
            }
            return folders;
        }
    }

    [Fact]
    public void No_folder_of_the_sidecar_is_part_of_a_cycle() =>
        Assert.Empty(new FolderGraph(typeof(Sidecar.Yaml.YamlMap).Assembly.Location, "Sidecar").Cycles());

    [Theory]
    [MemberData(nameof(Services))]
    public void No_folder_of_a_service_is_part_of_a_cycle(string service)
    {
        var assembly = Path.Combine(Repository.Root, "services", service, "bin", "app", $"{service}.dll");
        Assert.True(File.Exists(assembly), $"{assembly} is missing: build the solution first");
        Assert.Empty(new FolderGraph(assembly, service).Cycles());
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Namespaces_follow_folders(string folder, string root)
    {
        var files = Repository
            .Files.Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var expected = string.Join(
                '.',
                [root, .. Path.GetRelativePath(folder, Path.GetDirectoryName(file)!).Split('/').Where(part => part != ".")]
            );
            Assert.True(
                Regex.Match(Repository.Read(file), @"^namespace ([\w.]+);", RegexOptions.Multiline) is not { Success: true } found
                    || found.Groups[1].Value == expected,
                $"{file} is not in namespace {expected}"
            );
        });
    }

    [Fact]
    public void A_cycle_is_found_even_inside_a_lambda_of_an_asynchronous_method()
    {
        var folders = new FolderGraph(typeof(Planted.Upper.Roof).Assembly.Location, "Architecture.Planted");
        Assert.Equal(
            [
                "Lower -> Upper: Architecture.Planted.Lower.Ground -> Architecture.Planted.Upper.Roof",
                "Upper -> Lower: Architecture.Planted.Upper.Roof -> Architecture.Planted.Lower.Ground",
            ],
            folders.Cycles()
        );
    }
}
