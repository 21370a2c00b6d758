using System.Diagnostics;
using System.Xml.Linq;
using YamlDotNet.RepresentationModel;

namespace Architecture;

/// <summary>The repository as text, for rules about its files.</summary>
internal static class Repository
{
    public static readonly string Root = FindRoot();

    /// <summary>Files under version control, by their path from the root.</summary>
    public static readonly IReadOnlyList<string> Files = ListFiles();

    public static IReadOnlyList<string> Projects { get; } = [.. Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))];

    /// <summary>Projects beside the services that services may share, and that reference no service.</summary>
    public static readonly IReadOnlyList<string> Shared =
    [
        "services/ServiceDefaults/ServiceDefaults.csproj",
        "services/ConsoleComponents/ConsoleComponents.csproj",
    ];

    public static IReadOnlyList<string> Services { get; } =
    [.. Projects.Where(file => file.StartsWith("services/", StringComparison.Ordinal)).Except(Shared)];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static XDocument Xml(string file) => XDocument.Parse(Read(file));

    /// <summary>The Include values of the items <paramref name="item"/> of a project.</summary>
    public static IReadOnlyList<string> Included(string project, string item) =>
        [.. Xml(project).Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>()];

    public static YamlMappingNode Yaml(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Read(file)));
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    /// <summary>The name of the file without folders and ending.</summary>
    public static string Name(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Dapr.sln")))
            {
                return folder.FullName;
            }
        }
        throw new InvalidOperationException("Dapr.sln is in no folder above the tests");
    }

    private static IReadOnlyList<string> ListFiles()
    {
        using var git = Process.Start(
            new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            {
                WorkingDirectory = Root,
                RedirectStandardOutput = true,
            }
        )!;
        var listed = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ?
            [
                .. listed
                    .Split('\0', StringSplitOptions.RemoveEmptyEntries)
                    .Where(file => File.Exists(Path.Combine(Root, file)))
                    .Order(StringComparer.Ordinal),
            ]
            : throw new InvalidOperationException($"git ls-files ended with {git.ExitCode}");
    }
}
