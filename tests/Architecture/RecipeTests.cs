using System.Text.RegularExpressions;
using Sidecar.Resources;
using Sidecar.Yaml;

namespace Architecture;

/// <summary>The recipes of docs/extend.md can be followed: their files are accepted, and the names in them exist.</summary>
public sealed class RecipeTests
{
    private static readonly string Text = Repository.Read("docs/extend.md");

    [Fact]
    public void The_resources_that_the_recipes_show_are_read_without_a_complaint()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            foreach (var (index, block) in Regex.Matches(Text, "```yaml components/[^\n]*\n(.*?)```", RegexOptions.Singleline).Index())
            {
                File.WriteAllText(Path.Combine(folder.FullName, $"{index}.yaml"), block.Groups[1].Value);
            }
            var problems = new List<YamlProblem>();
            var read = ResourceSet.Read([folder.FullName], problems);
            Assert.Empty(problems);
            Assert.Equal((1, 5), (read.Components.Count, read.Subscriptions.Count));
            Assert.True(Sidecar.Catalogue.Drivers.Find(read.Components[0].Type) is not null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("docs/architecture.md")]
    [InlineData("docs/operations.md")]
    [InlineData("docs/sidecar.md")]
    [InlineData("docs/glossary.md")]
    [InlineData("README.md")]
    public void Paths_that_a_document_names_are_there(string document)
    {
        var named = Regex
            .Matches(
                Repository.Read(document),
                @"`((?:services|sidecar|components|contracts|tests|docs|deploy|tools|benchmarks|samples|sdk)/[\w./-]+)`"
            )
            .Select(match => match.Groups[1].Value.TrimEnd('/'));
        Assert.All(named, path =>
            Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), $"{document} names {path}, which is not there")
        );
    }

    [Theory]
    [InlineData("docs/architecture.md")]
    [InlineData("docs/operations.md")]
    [InlineData("docs/sidecar.md")]
    [InlineData("docs/glossary.md")]
    [InlineData("README.md")]
    public void Links_between_documents_lead_somewhere(string document) =>
        Assert.All(Regex.Matches(Repository.Read(document), @"\]\((?!http)([^)#]+)").Select(match => match.Groups[1].Value), link =>
            Assert.True(
                Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, link)),
                $"{document} links to {link}, which is not there"
            )
        );
}
