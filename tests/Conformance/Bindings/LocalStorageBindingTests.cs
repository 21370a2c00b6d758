using Conformance.Running;

namespace Conformance.Bindings;

/// <summary>The output binding that keeps files below a folder.</summary>
public sealed class LocalStorageBindingTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("conformance-files-");
    private TestedSidecar sidecar = null!;

    private string Root => Path.Combine(folder.FullName, "root");

    public async Task InitializeAsync() =>
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { AppId = "keeper", Resources = [Yaml.Component("files", "bindings.localstorage", ("rootPath", Root))] }
        );

    public async Task DisposeAsync()
    {
        await sidecar.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("\"some text\"", "some text")]
    [InlineData("\"aGk=\"", "hi")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData("\"two\\nlines.\"", "two\nlines.")]
    public async Task A_file_is_created_with_its_folders_and_read_again(string data, string content)
    {
        await RunAsync("create", "sub/a&b", data).SucceedsAsync(200, "{\"fileName\":\"sub/a\\u0026b\"}");
        Assert.Equal(content, await File.ReadAllTextAsync(Path.Combine(Root, "sub", "a&b")));
        await RunAsync("get", "sub/a&b").SucceedsAsync(200, content);
    }

    [Fact]
    public async Task A_file_without_name_gets_a_random_one()
    {
        using var answer = await RunAsync("create", "", "\"x\"");
        var name = (await answer.JsonAsync()).GetProperty("fileName").GetString()!;
        Assert.True(Guid.TryParse(name, out _), name);
        await RunAsync("list").SucceedsAsync(200, $"[\"{Root}/{name}\"]");
    }

    [Fact]
    public async Task Files_are_listed_by_name_and_deleted()
    {
        await RunAsync("list").SucceedsAsync(200, "null");
        foreach (var name in (string[])["b", "a/2", "a/1", "c"])
        {
            await RunAsync("create", name, "\"x\"").SucceedsAsync(200);
        }
        await RunAsync("list")
            .SucceedsAsync(200, $"[{string.Join(',', ((string[])["a/1", "a/2", "b", "c"]).Select(name => $"\"{Root}/{name}\""))}]");
        await RunAsync("delete", "a/1").SucceedsAsync();
        await RunAsync("list", "a").SucceedsAsync(200, $"[\"{Root}/a/2\"]");
    }

    [Fact]
    public async Task Only_an_empty_folder_is_deleted()
    {
        await RunAsync("create", "full/file", "\"x\"").SucceedsAsync(200);
        await RunAsync("delete", "full")
            .FailsAsync(
                500,
                "ERR_INVOKE_OUTPUT_BINDING",
                $"error invoking output binding files: error deleting file {Root}/full: remove {Root}/full: directory not empty"
            );
        await RunAsync("delete", "full/file").SucceedsAsync();
        await RunAsync("delete", "full").SucceedsAsync();
        await RunAsync("list").SucceedsAsync(200, "null");
    }

    [Theory]
    [InlineData("get", "none", "file not found: {0}/none")]
    [InlineData("get", "../../outside", "file not found: {0}/outside")]
    [InlineData("get", "", "error reading file {0}: read {0}: is a directory")]
    [InlineData("list", "none", "error getting stats for path {0}/none: stat {0}/none: no such file or directory")]
    [InlineData("delete", "none", "error deleting file {0}/none: remove {0}/none: no such file or directory")]
    [InlineData("copy", "none", "binding files does not support operation copy. supported operations:create get list delete")]
    public Task A_call_that_fails_says_why(string operation, string name, string problem) =>
        RunAsync(operation, name)
            .FailsAsync(
                500,
                "ERR_INVOKE_OUTPUT_BINDING",
                "error invoking output binding files: " + problem.Replace("{0}", Root, StringComparison.Ordinal)
            );

    [Fact]
    public async Task A_link_does_not_lead_outside()
    {
        Directory.CreateDirectory(Root);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "outside"), "secret");
        Directory.CreateSymbolicLink(Path.Combine(Root, "up"), "..");
        await RunAsync("get", "up/outside")
            .FailsAsync(500, "ERR_INVOKE_OUTPUT_BINDING", $"error invoking output binding files: file not found: {Root}/outside");
    }

    private Task<HttpResponseMessage> RunAsync(string operation, string name = "", string data = "null") =>
        sidecar.Http.SendAsync(
            "POST",
            "/v1.0/bindings/files",
            $"{{\"operation\":\"{operation}\",\"data\":{data},\"metadata\":{{\"fileName\":\"{name}\"}}}}"
        );
}
