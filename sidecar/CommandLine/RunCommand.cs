using System.CommandLine;
using Sidecar.Logging;
using Sidecar.Running;
using Spectre.Console;

namespace Sidecar.CommandLine;

/// <summary><c>sidecar run</c>: a template with many apps, or one app by flags. Flag names: the Dapr CLI.</summary>
internal static class RunCommand
{
    private static readonly Option<string> RunFile = new("--run-file", "-f")
    {
        Description = "The multi-app run template, the folder that holds dapr.yaml, or - for the standard input",
    };
    private static readonly Option<string> Components = new("--components")
    {
        Description =
            "The component set to use, a folder under components/ that declares the same components as the one the template "
            + "names; embedded by default",
    };
    private static readonly Option<bool> NoRestart = new("--no-restart")
    {
        Description = "End the run when an app ends, instead of starting it again",
    };
    private static readonly SingleAppFlags SingleApp = new();
    private static readonly Option<string> LogLevelOption = new("--log-level")
    {
        Description = "debug, info, warn or error",
        DefaultValueFactory = _ => "info",
    };
    private static readonly Option<bool> Strict = new("--strict")
    {
        Description = "Refuse what daprd passes over: unknown fields, misspelt metadata, documents with mistakes",
    };
    private static readonly Argument<string[]> Command = new("command")
    {
        Description = "After --, the command that starts the app",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create()
    {
        var command = new Command("run", "Runs apps with their sidecars")
        {
            RunFile,
            Components,
            NoRestart,
            LogLevelOption,
            Strict,
            Command,
        };
        SingleApp.AddTo(command);
        command.SetAction((result, cancellation) => RunAsync(result, cancellation));
        return command;
    }

    /// <summary>The default: the template of the current folder.</summary>
    public static Task<int> RunHereAsync(CancellationToken cancellation) => RunAsync(Create().Parse([]), cancellation);

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        var strict = result.GetValue(Strict);
        var appFlags = SingleApp.GivenIn(result).ToList();
        var byFlags = result.GetResult(RunFile) is null && (appFlags.Count > 0 || result.GetValue(Command) is { Length: > 0 });
        var template = byFlags ? One(result) : Template(result, strict);
        var apps = template.Apps;
        // Lines of apps are theirs: they are never broken to fit.
        AnsiConsole.Console.Profile.Width = 1000;
        var console = new RunConsole(AnsiConsole.Console, [.. apps.Select(app => app.Options.AppId)]);
        foreach (var warning in template.Warnings)
        {
            console.Warn($"ignored: {warning} (--strict refuses it)");
        }
        foreach (var flag in byFlags ? [] : appFlags)
        {
            console.Warn($"ignored: {flag} describes one app; set its field in the run template instead");
        }
        foreach (var flag in SingleApp.IgnoredOf(result))
        {
            console.Warn($"ignored: {flag} has no meaning for the embedded sidecar");
        }
        var options = new RunOptions(
            template.Folder,
            !result.GetValue(NoRestart),
            strict,
            LogLevels.Parse(result.GetValue(LogLevelOption)!),
            template.File,
            template.Name
        );
        return await new RunSession(apps, options, console, TimeProvider.System).RunAsync(cancellation);
    }

    private static RunTemplate Template(ParseResult result, bool strict)
    {
        var file = result.GetValue(RunFile) ?? "dapr.yaml";
        if (file == "-")
        {
            return RunTemplateReader.Read(file, result.GetValue(Components), strict, Console.In);
        }
        file = Directory.Exists(file) ? Path.Combine(file, "dapr.yaml") : file;
        return RunTemplateReader.Read(file, result.GetValue(Components), strict);
    }

    private static RunTemplate One(ParseResult result)
    {
        var folder = Directory.GetCurrentDirectory();
        var options = SingleApp.Read(result);
        var environment = AppEnvironment.WithChannel(new Dictionary<string, string>(), options.AppChannelAddress);
        var app = new RunApp(options, folder, result.GetValue(Command) ?? [], environment, LogDestination.Console, 0);
        return new RunTemplate(folder, null, null, [app], []);
    }
}
