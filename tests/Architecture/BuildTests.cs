using System.Text.RegularExpressions;

namespace Architecture;

/// <summary>Rules for every project and every file.</summary>
public sealed class BuildTests
{
    /// <summary>Written in pieces, so that this file does not match its own search.</summary>
    private static readonly string[] Hosts = ["nuget" + ".org", "npmjs" + ".org", "py" + "pi", "pythonhosted" + ".org"];

    private static readonly Regex MachinePath = new(
        @"(?<![\w.$*)}\]-])/(wo" + @"rk/|ro" + @"ot/|tmp/da" + "pr)",
        RegexOptions.CultureInvariant
    );

    private static readonly string[] Banned =
    [
        "P:System.DateTime.UtcNow",
        "P:System.DateTimeOffset.UtcNow",
        "M:System.Threading.Thread.Sleep(System.Int32)",
        "M:System.Threading.Thread.Sleep(System.TimeSpan)",
        "M:System.Threading.Tasks.Task.Delay(System.Int32)",
        "M:System.Threading.Tasks.Task.Delay(System.TimeSpan)",
    ];

    public static TheoryData<string> Projects => [.. Repository.Projects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Versions_of_packages_are_central(string project) =>
        Assert.DoesNotContain(Repository.Xml(project).Descendants("PackageReference"), package =>
            package.Attribute("Version") is not null
            || package.Attribute("VersionOverride") is not null
            || package.Element("Version") is not null
        );

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_project_is_in_the_solution(string project) =>
        Assert.Contains($"\"{project}\"", Repository.Read("Dapr.sln").Replace('\\', '/'), StringComparison.Ordinal);

    [Fact]
    public void Central_versions_are_pinned_for_indirect_packages_too()
    {
        var central = Repository.Xml("Directory.Packages.props");
        Assert.Equal("true", central.Descendants("ManagePackageVersionsCentrally").Single().Value);
        Assert.Equal("true", central.Descendants("CentralPackageTransitivePinningEnabled").Single().Value);
    }

    [Fact]
    public void The_list_of_banned_calls_is_read_in_every_project()
    {
        var root = Repository.Xml("Directory.Build.props");
        Assert.Contains(
            "Microsoft.CodeAnalysis.BannedApiAnalyzers",
            root.Descendants("PackageReference").Select(package => (string?)package.Attribute("Include"))
        );
        Assert.Contains(root.Descendants("AdditionalFiles"), file =>
            ((string?)file.Attribute("Include"))!.EndsWith("build/BannedSymbols.txt", StringComparison.Ordinal)
        );
        Assert.Equal("true", root.Descendants("TreatWarningsAsErrors").Single().Value);
        Assert.All(Banned, call => Assert.Contains(call, Repository.Read("build/BannedSymbols.txt"), StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_with_its_own_build_properties_imports_the_common_ones() =>
        Assert.All(Repository.Files.Where(file => file.EndsWith("/Directory.Build.props", StringComparison.Ordinal)), file =>
            Assert.Contains("GetPathOfFileAbove('Directory.Build.props'", Repository.Read(file), StringComparison.Ordinal)
        );

    [Fact]
    public void Nobody_switches_the_ban_off() =>
        Assert.DoesNotContain(Repository.Files, file =>
            Regex.IsMatch(file, @"\.(cs|csproj|props|targets)$")
            && Regex.IsMatch(Repository.Read(file), @"(pragma warning disable|NoWarn|SuppressMessage).*RS00" + "30")
        );

    [Fact]
    public void No_file_names_a_package_registry() =>
        Assert.DoesNotContain(TextFiles(), file =>
            Hosts.Any(host => Repository.Read(file).Contains(host, StringComparison.OrdinalIgnoreCase))
        );

    [Fact]
    public void No_file_contains_a_path_of_a_developers_machine() =>
        Assert.Empty(TextFiles().SelectMany(file => MachinePath.Matches(Repository.Read(file)).Select(match => $"{file}: {match.Value}")));

    private static IEnumerable<string> TextFiles() =>
        Repository.Files.Where(file => !Repository.Read(file).Contains('\0', StringComparison.Ordinal));
}
