using System.Collections.Concurrent;
using Sidecar.Apps;
using Sidecar.Hosting;
using Sidecar.Running;
using Sidecar.Yaml;

namespace Sidecar.Tests.Blocks;

/// <summary>Sidecars of one process have separate log levels.</summary>
public sealed class AppLogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("app-log-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Each_sidecar_of_a_process_has_its_own_log_level()
    {
        // Each logs a warning: a component that can't be opened and is to be left out then.
        AppOptions[] apps =
        [
            new() { AppId = "quiet", LogLevel = LogLevel.Error },
            new() { AppId = "loud", LogLevel = LogLevel.Debug },
            new() { AppId = "usual" },
        ];
        foreach (var app in apps)
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder, $"{app.AppId}.yaml"),
                $$"""
                apiVersion: dapr.io/v1alpha1
                kind: Component
                metadata: { name: of-{{app.AppId}} }
                spec: { type: state.nowhere, version: v1, ignoreErrors: true }
                scopes: [{{app.AppId}}]
                """
            );
        }
        Assert.Equal(["of-loud"], await WarningsAsync(apps, LogLevel.Error));
        Assert.Equal(["of-loud", "of-usual"], await WarningsAsync(apps, LogLevel.Information));
    }

    private async Task<IReadOnlyList<string>> WarningsAsync(AppOptions[] apps, LogLevel level)
    {
        var lines = new WrittenLines();
        var options = new ServerOptions(
            [.. apps.Select(app => app with { ResourcesPaths = [folder], WorkingDirectory = folder })],
            true,
            level
        );
        await using (await SidecarServer.StartAsync(options, logging => logging.AddProvider(lines), CancellationToken.None))
        {
            return
            [
                .. lines
                    .Lines.Where(line => line.Contains("is left out", StringComparison.Ordinal))
                    .Select(line => line.Split(' ')[1])
                    .Order(StringComparer.Ordinal),
            ];
        }
    }

    [Fact]
    public void A_run_template_sets_the_log_level_for_an_app_or_for_all()
    {
        var template = RunTemplateReader.Read(
            Template("logLevel: error\n  enableApiLogging: false", "logLevel: Debug\n    enableApiLogging: true"),
            "embedded"
        );
        Assert.Equal([LogLevel.Debug, LogLevel.Error], template.Apps.Select(app => app.Options.LogLevel));
        Assert.Equal([true, null], template.Apps.Select(app => app.Options.ApiLogging));
        Assert.Null(RunTemplateReader.Read(Template("", ""), "embedded").Apps[1].Options.LogLevel);
    }

    [Fact]
    public void An_unknown_log_level_is_reported_with_the_known_ones()
    {
        var wrong = Assert.Throws<InvalidConfigurationException>(() => RunTemplateReader.Read(Template("", "logLevel: loud"), "embedded"));
        Assert.Contains(
            "'logLevel' must be debug, info, warn, error, fatal, panic, not 'loud'",
            Assert.Single(wrong.Problems).ToString(),
            StringComparison.Ordinal
        );
    }

    private string Template(string common, string first)
    {
        var file = Path.Combine(folder, "dapr.yaml");
        File.WriteAllText(
            file,
            $"""
            version: 1
            common:
              appProtocol: http
              {common}
            apps:
              - appID: one
                appDirPath: .
                {first}
              - appID: two
                appDirPath: .
            """
        );
        return file;
    }
}
